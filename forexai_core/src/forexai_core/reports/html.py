"""The HTML report: one file that loads nothing and runs only its own script."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from forexai_core.backtesting.files import write_whole
from forexai_core.ports.report import ReportableResult
from forexai_core.reports import blocks
from forexai_core.reports.series import candle_series, equity_series, histogram, trade_series
from forexai_core.reports.subject import Subject, subject_of
from forexai_core.reports.texts import texts_of
from forexai_core.reports.wording import Wording, time_text

if TYPE_CHECKING:
    import jinja2

__all__ = ["HtmlReport"]

_DRAWN = (
    "column.", "doubt.", "filter.", "legend.", "mark.", "reason.", "side.", "slice.", "tip.", "trades.", "zoom.",
    "equity.label", "histogram.label", "price.", "undefined",
)  # fmt: skip
_SCRIPTS = ("numbers.js", "surface.js", "time_charts.js", "trade_table.js", "start.js")
_BREAKDOWNS = ("hour", "weekday", "session", "side", "symbol")


@attrs.frozen(kw_only=True)
class HtmlReport:
    """Writes a result as a page for people.

    Attributes
    ----------
    language : str
        Of its texts.
    max_trades : int
        Trades in the page; the rest are counted, and are in the CSV and JSON reports.
    max_candles : int
        Candles of all symbols together; neighbours are melted until they fit.
    max_points : int
        Points of the equity curve.
    """

    language: str = "en"
    max_trades: int = 20_000
    max_candles: int = 60_000
    max_points: int = 12_000

    def write(self, result: ReportableResult, path: Path) -> None:
        """Write the page to a file, wholly or not at all.

        Raises
        ------
        StorageError
            If it could not be written.
        """
        write_whole(path, self.render(result).encode("utf-8", "replace"))

    def render(self, result: ReportableResult) -> str:
        """Give the page as text."""
        subject = subject_of(result)
        words = Wording(texts=texts_of(self.language), currency=subject.currency, money_digits=subject.money_digits)
        style, script = _page_file("report.css"), _script()
        candles = [each for each in subject.candles(self.max_candles).values() if len(each)]
        page = {
            "words": words,
            "language": self.language,
            "title": _title(subject, words),
            "period": _period(subject, words),
            "tiles": blocks.tiles(subject, words),
            "interval": blocks.interval(subject, words),
            "sleeves": blocks.sleeves(subject, words),
            "spells": blocks.spells(subject, words),
            "months": blocks.monthly_table(subject, words),
            "month_names": words.say("months.names").split(),
            "breakdowns": {name: blocks.slices(subject.breakdowns[name], words) for name in _BREAKDOWNS},
            "clock": str(subject.clock),
            "figures": blocks.figures(subject, words),
            "basis": blocks.basis(subject, words),
            "candles": candles,
            "equity_rows": max(1, -(-len(subject.equity) // self.max_points)),
            "trades": (min(len(subject.trades), self.max_trades), len(subject.trades)),
            "engine": subject.engine_version,
            "style": _markup(style),
            "script": _markup(script),
            "payload": _markup(_embedded(self._payload(subject, words, candles))),
            "policy": _policy(style, script),
        }
        return _template().render(page)

    def _payload(self, subject: Subject, words: Wording, candles: list[Any]) -> dict[str, Any]:
        texts = {key: text for key, text in words.texts.items() if key.startswith(_DRAWN)}
        return {
            "texts": texts,
            "currency": subject.currency,
            "money_digits": subject.money_digits,
            "equity": equity_series(subject, at_most=self.max_points) if len(subject.equity) else None,
            "trades": trade_series(subject, at_most=self.max_trades),
            "histogram": histogram(subject.trades["net_profit"]),
            "breakdowns": {name: [attrs.asdict(part) for part in subject.breakdowns[name]] for name in _BREAKDOWNS},
            "candles": [candle_series(each) for each in candles],
        }


def _title(subject: Subject, words: Wording) -> str:
    if not subject.strategies:
        return words.say("title.plain")
    series = ", ".join(dict.fromkeys(f"{each.symbol} {each.timeframe}" for each in subject.data))
    names = " + ".join(each.sleeve or each.title or each.name for each in subject.strategies)
    return words.say("title", strategy=names, symbols=series) if series else names


def _period(subject: Subject, words: Wording) -> str:
    if subject.end_ns <= subject.start_ns:
        return ""
    return words.say("period", start=time_text(subject.start_ns), end=f"{time_text(subject.end_ns)} UTC")


@cache
def _page_file(name: str) -> str:
    return files("forexai_core.reports").joinpath("page", name).read_text("utf-8")


@cache
def _script() -> str:
    parts = "\n".join(_page_file(name) for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();'


@cache
def _template() -> jinja2.Template:
    import jinja2  # only who writes a page needs it

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_page_file("report.html.j2"))


def _markup(text: str) -> Any:
    """Mark our own files, and data that :func:`_embedded` made harmless, as needing no escape."""
    import markupsafe  # comes with jinja2

    return markupsafe.Markup(text)  # noqa: S704 - see above: never a text of a user


def _embedded(payload: Mapping[str, Any]) -> str:
    """Write JSON that cannot end the element it stands in."""
    text = json.dumps(payload, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(style: str, script: str) -> str:
    """Allow exactly our style and our script, and no connection at all."""

    def source(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
