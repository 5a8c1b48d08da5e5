"""The reports that ship keep the rules that every report must keep."""

from __future__ import annotations

from forexai_core.reports import report_offers
from forexai_core.testing import ReportConformance

HTML, JSON, CSV = report_offers()


class TestHtml(ReportConformance):
    offer = HTML


class TestJson(ReportConformance):
    offer = JSON


class TestCsv(ReportConformance):
    offer = CSV
