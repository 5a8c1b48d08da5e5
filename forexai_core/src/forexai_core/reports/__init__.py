"""Reports of results: HTML, JSON, CSV."""

from __future__ import annotations

from forexai_core.reports.html import HtmlReport
from forexai_core.reports.offers import HtmlReportSettings, report_offers, report_writers, write_report
from forexai_core.reports.tables import CsvReport, JsonReport

__all__ = [
    "CsvReport",
    "HtmlReport",
    "HtmlReportSettings",
    "JsonReport",
    "report_offers",
    "report_writers",
    "write_report",
]
