"""What every report keeps: it says what a result rests on, is written whole, and holds no code."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from forexai_core.errors import ForexAIError
from forexai_core.ports.report import Report, ReportOffer
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.offer_rules import OFFER_RULES
from forexai_core.testing.results import SampleResult, sample_result

__all__ = ["REPORT_SUITE", "ReportConformance"]

BOOK = RuleBook()
_SCRIPT = "<script>alert('conformance')</script>"
_FORMULA = '=HYPERLINK("http://example.invalid","conformance")'
_BEFORE = b"what was here before"


def _path(subject: Subject, name: str = "report") -> Path:
    offer = subject.offer
    if not isinstance(offer, ReportOffer):
        raise ConformanceFailure(f"the offer is a {type(offer).__name__}.", "Offer a ReportOffer.")
    folder = subject.home / "reports"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}{offer.suffix}"


def _written(subject: Subject, result: SampleResult | None = None) -> bytes:
    report: Report = subject.open()
    path = _path(subject)
    report.write(result or sample_result(), path)
    if not path.is_file() or not path.stat().st_size:
        raise ConformanceFailure(f"write() left no file at {path.name}.", "Write to exactly the path that is given.")
    return path.read_bytes()


def _text(content: bytes) -> str | None:
    """Read the words of a file: text as it is, packed documents unpacked; None where they cannot be read."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist() if name.endswith((".xml", ".json")))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _plain(text: str) -> str:
    """Undo what quoting in HTML, JSON and CSV does to words, and fold spaces."""
    text = html.unescape(text)
    for escaped, meant in (('\\"', '"'), ('""', '"'), ("\\u003c", "<"), ("\\u003e", ">"), ("\\u0026", "&")):
        text = text.replace(escaped, meant)
    return re.sub(r"\s+", " ", text)


@BOOK.rule()
def writes_where_it_is_told(subject: Subject) -> None:
    """One file appears, at the given path, with something in it; nothing beside it."""
    _written(subject)
    path = _path(subject)
    beside = [each.name for each in path.parent.iterdir() if each != path]
    if beside:
        raise ConformanceFailure(f"it left {', '.join(beside)} beside the report.", "Remove temporary files.")


@BOOK.rule()
def states_its_assumptions(subject: Subject) -> None:
    """Every line of the result's assumptions stands in the report."""
    result = sample_result()
    text = _text(_written(subject, result))
    if text is None:  # a format whose words cannot be read here, such as PDF: its author tests it by eye
        return
    shown = _plain(text)
    missing = [name for name, line in result.assumptions.items() if _plain(line) not in shown]
    if missing:
        raise ConformanceFailure(f"it does not state {', '.join(missing)}.", "Write every line of `assumptions`.")


@BOOK.rule()
def carries_both_fingerprints(subject: Subject) -> None:
    """The fingerprints of input and result stand in the report, so that it can be traced."""
    result = sample_result()
    text = _text(_written(subject, result))
    if text is None:
        return
    for fingerprint in (result.input_fingerprint, result.result_fingerprint):
        if fingerprint not in text:
            raise ConformanceFailure(f"the fingerprint {fingerprint} is missing.", "Write both in full.")


@BOOK.rule()
def the_same_result_gives_the_same_bytes(subject: Subject) -> None:
    """A report depends on its result and settings alone: not on the time, the path or the machine."""
    report: Report = subject.open()
    first, second = _path(subject, "first"), _path(subject, "second")
    report.write(sample_result(), first)
    report.write(sample_result(), second)
    if first.read_bytes() != second.read_bytes():
        raise ConformanceFailure("two reports of one result differ.", "Write no time of writing and no path.")


@BOOK.rule()
def is_written_whole_or_not_at_all(subject: Subject) -> None:
    """If writing fails half way, what was there before is still there, and nothing else."""
    report: Report = subject.open()
    path = _path(subject)
    for member in ("trades", "equity", "metrics", "assumptions", "result_fingerprint"):
        path.write_bytes(_BEFORE)
        try:
            report.write(_Poisoned(sample_result(), member), path)
        except _PoisonError:
            pass
        except ForexAIError:
            pass
        else:
            continue  # it never looked at that member
        if path.read_bytes() != _BEFORE or len(list(path.parent.iterdir())) != 1:
            raise ConformanceFailure(
                f"a failure at `{member}` left a half-written file.", "Write to a new file, then os.replace() it."
            )


@BOOK.rule()
def failures_name_the_path(subject: Subject) -> None:
    """A folder that is not there is a ForexAIError that names the path."""
    report: Report = subject.open()
    path = subject.home / "no-such-folder" / _path(subject).name
    try:
        report.write(sample_result(), path)
    except ForexAIError as problem:
        if path.name not in str(problem) and str(path.parent) not in str(problem):
            raise ConformanceFailure(f"the error does not name the path: {problem}", "Name it.") from problem
        return
    except Exception as problem:
        raise ConformanceFailure(
            f"a missing folder raised {type(problem).__name__}.", "Raise an error of forexai_core.errors."
        ) from problem
    raise ConformanceFailure("a missing folder was made.", "Write where the user said, or say that it is not there.")


@BOOK.rule()
def bears_a_result_without_trades(subject: Subject) -> None:
    """No trades, no equity and metrics that are None make a report too."""
    full = sample_result()
    _written(
        subject,
        SampleResult(
            trades=full.trades[:0],
            equity=full.equity[:0],
            metrics=dict.fromkeys(full.metrics),
            assumptions=full.assumptions,
            input_fingerprint=full.input_fingerprint,
            result_fingerprint=full.result_fingerprint,
        ),
    )


@BOOK.rule()
def words_do_not_become_code(subject: Subject) -> None:
    """Names and texts of a result never become markup, script or formulas."""
    full = sample_result()
    trades = full.trades.copy()
    trades["symbol"][0] = "=1+2"
    trades["close_reason"][1] = "<b>x"
    bad = SampleResult(
        trades=trades,
        equity=full.equity,
        metrics=full.metrics,
        assumptions={**full.assumptions, "Strategy": _SCRIPT, _SCRIPT: _FORMULA, "Costs": _FORMULA},
        input_fingerprint=full.input_fingerprint,
        result_fingerprint=full.result_fingerprint,
    )
    text = _text(_written(subject, bad)) or ""
    suffix = _path(subject).suffix
    if suffix in {".html", ".htm", ".svg", ".md"} and (_SCRIPT in text or "<b>x" in text):
        raise ConformanceFailure("a text of the result became markup.", "Escape every text that a result brings.")
    if suffix in {".csv", ".tsv"}:
        rows = csv.reader(io.StringIO(text), delimiter="\t" if suffix == ".tsv" else ",")
        if any(cell[:1] in {"=", "@"} for row in rows for cell in row):
            raise ConformanceFailure("a cell begins with '='.", "Put an apostrophe before what could be a formula.")


class _PoisonError(Exception):
    """A result that cannot be read any further."""


class _Poisoned:
    """A result of which one member fails when it is read."""

    def __init__(self, result: SampleResult, member: str) -> None:
        self._result = result
        self._member = member

    def _give(self, member: str) -> Any:
        if member == self._member:
            raise _PoisonError(member)
        return getattr(self._result, member)

    @property
    def trades(self) -> np.ndarray[Any, Any]:
        rows: np.ndarray[Any, Any] = self._give("trades")
        return rows

    @property
    def equity(self) -> np.ndarray[Any, Any]:
        rows: np.ndarray[Any, Any] = self._give("equity")
        return rows

    @property
    def metrics(self) -> Mapping[str, Any]:
        figures: Mapping[str, Any] = self._give("metrics")
        return figures

    @property
    def assumptions(self) -> Mapping[str, str]:
        lines: Mapping[str, str] = self._give("assumptions")
        return lines

    @property
    def input_fingerprint(self) -> str:
        return str(self._give("input_fingerprint"))

    @property
    def result_fingerprint(self) -> str:
        return str(self._give("result_fingerprint"))


REPORT_SUITE = Suite(kind="report", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for reports."""


class ReportConformance(Conformance):
    """Tests of a report."""

    suite = REPORT_SUITE
