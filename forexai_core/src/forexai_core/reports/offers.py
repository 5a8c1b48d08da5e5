"""The reports that ship, offered through the same hook as anyone's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from forexai_core.errors import ConfigError
from forexai_core.ports.report import Report, ReportableResult, ReportOffer
from forexai_core.ports.services import Services
from forexai_core.ports.settings import NoSettings, Settings
from forexai_core.reports.html import HtmlReport
from forexai_core.reports.tables import CsvReport, JsonReport

__all__ = ["HtmlReportSettings", "report_offers", "report_writers", "write_report"]


class HtmlReportSettings(Settings):
    """Settings of the HTML report."""

    language: Literal["en"] = "en"
    """Language of its texts."""
    max_trades: int = Field(default=20_000, ge=1, le=100_000)
    """Trades in the page; the rest are counted."""
    max_candles: int = Field(default=60_000, ge=100, le=200_000)
    """Candles of all symbols together."""


def _html(settings: HtmlReportSettings, _services: Services) -> HtmlReport:
    return HtmlReport(language=settings.language, max_trades=settings.max_trades, max_candles=settings.max_candles)


def _json(_settings: NoSettings, _services: Services) -> JsonReport:
    return JsonReport()


def _csv(_settings: NoSettings, _services: Services) -> CsvReport:
    return CsvReport()


def report_offers() -> Sequence[ReportOffer]:
    """Give the reports ``html``, ``json`` and ``csv``."""
    return (
        ReportOffer(
            name="html",
            title="HTML page",
            summary="One self-contained page with charts, tables, costs and assumptions.",
            settings=HtmlReportSettings,
            open=_html,
            api_version=1,
            suffix=".html",
        ),
        ReportOffer(
            name="json",
            title="JSON",
            summary="Everything in the result; load_result reads it back.",
            settings=NoSettings,
            open=_json,
            api_version=1,
            suffix=".json",
        ),
        ReportOffer(
            name="csv",
            title="CSV table of trades",
            summary="One row a trade, with the assumptions and fingerprints as comments above.",
            settings=NoSettings,
            open=_csv,
            api_version=1,
            suffix=".csv",
        ),
    )


_WRITERS: Mapping[str, Report] = MappingProxyType({".html": HtmlReport(), ".json": JsonReport(), ".csv": CsvReport()})


def report_writers() -> Mapping[str, Report]:
    """Give the reports that need no plugin and no settings, by the suffix of their files."""
    return _WRITERS


def write_report(result: ReportableResult, path: str | Path) -> Path:
    """Write a report of the kind that the file's suffix names.

    Parameters
    ----------
    result : ReportableResult
        What to tell about.
    path : str or Path
        ``r.html``, ``r.json`` or ``r.csv``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigError
        If no report that ships has that suffix.
    StorageError
        If it could not be written; then what was there is untouched.
    """
    target = Path(path)
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise ConfigError(
            f"No report writes '{target.suffix or target.name}' files. There are: {', '.join(sorted(_WRITERS))}. "
            "Choose one of these suffixes, or install a plugin that offers the kind."
        )
    writer.write(result, target)
    return target
