"""The reports as offers, and those for machines."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest
from pydantic import ValidationError
from sample_results import renamed, sample_result

from forexai_core.backtesting import Result, load_result
from forexai_core.errors import ConfigError, StorageError
from forexai_core.ports.report import Report, ReportableResult
from forexai_core.reports import HtmlReportSettings, report_offers, report_writers, write_report


@pytest.fixture(scope="module")
def result() -> Result:
    return sample_result(600)


def test_a_result_is_what_the_port_expects(result: Result) -> None:
    assert isinstance(result, ReportableResult)


def test_three_kinds_are_offered() -> None:
    offers = {offer.name: offer for offer in report_offers()}
    assert {name: offer.suffix for name, offer in offers.items()} == {"html": ".html", "json": ".json", "csv": ".csv"}
    for offer in offers.values():
        opened = offer.open(offer.settings(), None)
        assert isinstance(opened, Report)
        assert type(opened) is type(report_writers()[offer.suffix])


def test_settings_reach_the_page(result: Result, tmp_path: Path) -> None:
    (html,) = [offer for offer in report_offers() if offer.name == "html"]
    html.open(HtmlReportSettings(max_trades=3), None).write(result, tmp_path / "r.html")
    assert f"The first 3 of {len(result.trades)} trades" in (tmp_path / "r.html").read_text()
    with pytest.raises(ValidationError):
        HtmlReportSettings(max_trades=0)


@pytest.mark.parametrize("suffix", [".html", ".json", ".csv", ".HTML"])
def test_every_kind_carries_assumptions_and_fingerprints(result: Result, tmp_path: Path, suffix: str) -> None:
    path = write_report(result, tmp_path / f"r{suffix}")
    text = path.read_text()
    for line in (*result.assumptions.values(), result.input_fingerprint, result.result_fingerprint):
        assert line in text


@pytest.mark.parametrize("name", ["r.pdf", "r.xlsx", "r", "r.htm"])
def test_other_kinds_are_named_as_missing(result: Result, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"\.csv, \.html, \.json"):
        write_report(result, tmp_path / name)
    with pytest.raises(ConfigError, match=r"\.csv, \.html, \.json"):
        result.with_reports(report_writers).report(tmp_path / name)


@pytest.mark.parametrize("suffix", [".html", ".json", ".csv"])
def test_a_folder_that_is_missing_is_a_storage_error(result: Result, tmp_path: Path, suffix: str) -> None:
    with pytest.raises(StorageError, match="could not be written"):
        write_report(result, tmp_path / "missing" / f"r{suffix}")


def test_json_is_the_saved_result(result: Result, tmp_path: Path) -> None:
    path = write_report(result, tmp_path / "r.json")
    assert path.read_bytes() == result.save(tmp_path / "s.json").read_bytes()
    assert load_result(path).result_fingerprint == result.result_fingerprint


def test_a_loaded_result_gives_the_same_page(result: Result, tmp_path: Path) -> None:
    loaded = load_result(result.save(tmp_path / "r.json"), reports=report_writers)
    assert loaded.report(tmp_path / "a.html").read_text() == write_report(result, tmp_path / "b.html").read_text()


def test_json_of_a_foreign_result(result: Result, tmp_path: Path) -> None:
    class Foreign:
        trades, equity, metrics = result.trades, result.equity, {"net_profit": 1.0}
        assumptions = MappingProxyType({"Spread": "2"})
        input_fingerprint = result_fingerprint = "ab"

    document = json.loads(write_report(Foreign(), tmp_path / "r.json").read_text())
    assert document["assumptions"] == {"Spread": "2"}
    assert document["trades"]["ticket"][0] == "1"


def test_csv_reads_back_past_its_comments(result: Result, tmp_path: Path) -> None:
    path = write_report(result, tmp_path / "r.csv")
    frame = pd.read_csv(path, comment="#")
    assert frame["net_profit"].tolist() == result.trades["net_profit"].tolist()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "a\r\n=1+1", "\t=1", "a,=1+1", "a;=1"])
def test_no_cell_of_a_csv_is_a_formula(result: Result, tmp_path: Path, text: str) -> None:
    lines = write_report(renamed(result, text), tmp_path / "r.csv").read_text().split("\n")
    assert not [line for line in lines if line.startswith(("=", "+", "-", "@", "\t"))]
    cells = [cell for row in csv.reader(lines) for part in row for cell in part.split(";")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    table = "\n".join(line for line in lines if not line.startswith("#"))
    assert not pd.read_csv(io.StringIO(table))["symbol"].str.match(r"[=+\-@\t]").any()
