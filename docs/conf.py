"""Configuration of the documents: Sphinx with MyST, built without a network."""

from __future__ import annotations

import sys
from pathlib import Path

import forexai_core.live.session.opening  # noqa: F401 - autodoc loads modules as type checkers do, and pydantic fails
from forexai_core import __version__

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "ForexAI"
author = "The ForexAI authors"
copyright = "2026, the ForexAI authors"
version = release = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "conformance_rules",
    "field_comments",
    "listings",
    "plain_properties",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "changelog.d"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

napoleon_google_docstring = False
napoleon_use_ivar = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
# Examples in docstrings are sketches of a class; the snippets of the pages run in forexai_core/tests/docs.
doctest_test_doctest_blocks = ""
python_maximum_signature_line_length = 100

# A name such as `Clock` stands on several pages, each with its own module: the nearest one is taken.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"ForexAI {version}"
html_copy_source = False
html_static_path = []
