"""The directives ``indicator-list``, ``pattern-list`` and ``figure-list``: the catalogues of the core, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from forexai_core.indicators.candlestick_patterns.registry import PATTERNS
from forexai_core.indicators.catalogue import catalogue
from forexai_core.metrics import METRICS


def table_of(head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], literal: int) -> nodes.table:
    """Make a table of texts; the first ``literal`` columns are set as code."""
    table, group, body = nodes.table(), nodes.tgroup(cols=len(head)), nodes.tbody()
    for width in widths:
        group += nodes.colspec(colwidth=width)
    group += [nodes.thead("", row_of(head, 0)), body]
    for row in rows:
        body += row_of(row, literal)
    table += group
    return table


def row_of(cells: Sequence[str], literal: int) -> nodes.row:
    """Make one row."""
    row = nodes.row()
    for number, text in enumerate(cells):
        inside = nodes.literal(text=text) if number < literal and text else nodes.Text(text)
        row += nodes.entry("", nodes.paragraph("", "", inside))
    return row


class IndicatorList(SphinxDirective):
    """Every indicator of the catalogue with its parameters and lines, candlestick patterns aside."""

    def run(self) -> list[nodes.Node]:
        rows = []
        for name, spec in catalogue().items():
            if name in PATTERNS:
                continue
            parameters = ", ".join(f"{each.name} = {each.default:g}" for each in spec.parameters)
            rows.append((name, ", ".join(spec.outputs), spec.title, parameters))
        return [table_of(("name", "lines", "title", "parameters"), rows, (15, 25, 30, 30), literal=2)]


class PatternList(SphinxDirective):
    """Every candlestick pattern."""

    def run(self) -> list[nodes.Node]:
        rows = [(each.name, each.talib_name, f"{each.title}: {each.summary}") for each in PATTERNS.values()]
        return [table_of(("name", "in TA-Lib", "what it looks like"), rows, (25, 20, 55), literal=2)]


class FigureList(SphinxDirective):
    """Every figure of a result with its unit and definition."""

    def run(self) -> list[nodes.Node]:
        rows = [(each.name, each.title, each.unit.value, each.meaning) for each in METRICS.values()]
        return [table_of(("name", "title", "unit", "definition"), rows, (20, 20, 10, 50), literal=1)]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("indicator-list", IndicatorList)
    app.add_directive("pattern-list", PatternList)
    app.add_directive("figure-list", FigureList)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
