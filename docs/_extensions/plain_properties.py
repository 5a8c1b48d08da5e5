"""Lets napoleon read the docstrings of properties and attributes like those of functions.

By itself it takes what stands before their first colon for a type, which none of
ours is, and leaves their sections unread.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.ext.napoleon import NumpyDocstring

_parse = NumpyDocstring._parse  # noqa: SLF001 - napoleon has no setting for it


def _parse_as_function(self: Any) -> None:
    if self._what in {"attribute", "data", "property"}:
        self._what = "method"
    _parse(self)


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("sphinx.ext.napoleon")
    NumpyDocstring._parse = _parse_as_function  # type: ignore[method-assign]  # noqa: SLF001
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
