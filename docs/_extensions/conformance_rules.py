"""The directive ``conformance-rules``: the rules of a suite, as the suite itself states them."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from forexai_core.testing import SUITES


class ConformanceRules(SphinxDirective):
    """Lists the name and the sentence of every rule of one kind's suite."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        rows = nodes.bullet_list()
        for rule in SUITES[self.arguments[0]].rules:
            line = nodes.paragraph()
            line += [nodes.literal(text=rule.name), nodes.Text(f": {rule.text}")]
            if not rule.opens:
                line += nodes.Text(" (Read off the offer, without opening it.)")
            rows += nodes.list_item("", line)
        return [rows]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("conformance-rules", ConformanceRules)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
