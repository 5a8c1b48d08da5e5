"""The directive ``record``: the fields of a structured dtype, with the comment that stands beside each in the code."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import Any

import numpy as np
from docutils import nodes
from listings import table_of
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

_FIELD = re.compile(r'^\s*\("(?P<name>\w+)",.*?\),\s*(?:#\s*(?P<comment>.*))?$')


def _comments(module: Any, name: str) -> dict[str, str]:
    """Read the comments of a dtype's fields off the source of its module."""
    lines = inspect.getsource(module).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{name} = "))
    found = {}
    for line in lines[first + 1 :]:
        if line.startswith((")", "}")):
            break
        match = _FIELD.match(line)
        if match:
            found[match["name"]] = match["comment"] or ""
    return found


class Record(SphinxDirective):
    """A table of the fields of ``module:NAME``: name, type, meaning."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        place, _, name = self.arguments[0].partition(":")
        module = import_module(place)
        dtype = getattr(module, name)
        if not isinstance(dtype, np.dtype) or dtype.names is None:
            raise ExtensionError(f"{self.arguments[0]} is no structured dtype.")
        comments = _comments(module, name)
        rows = [(field, str(dtype[field]), comments.get(field, "")) for field in dtype.names]
        return [table_of(("field", "type", "meaning"), rows, (25, 15, 60), literal=2)]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("record", Record)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
