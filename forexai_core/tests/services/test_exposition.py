"""Metrics as text: the format that Prometheus reads."""

from __future__ import annotations

import math

from forexai_core.ports.metrics import MetricKind, Sample
from forexai_core.services.exposition import exposition
from forexai_core.services.metrics import MemoryMetrics


def test_each_kind_is_written_as_the_format_wants_it():
    metrics = MemoryMetrics(bounds=(0.1, 1.0))
    metrics.add("orders_total", 3, {"account": "main"})
    metrics.set("equity", -1.5)
    for value in (0.05, 0.1, 0.5, 7.0):
        metrics.observe("wait_seconds", value, {"account": "main"})
    assert exposition(metrics.snapshot(), {"equity": "Of the account,\nin its currency."}).splitlines() == [
        r"# HELP forexai_equity Of the account,\nin its currency.",
        "# TYPE forexai_equity gauge",
        "forexai_equity -1.5",
        "# TYPE forexai_orders_total counter",
        'forexai_orders_total{account="main"} 3.0',
        "# TYPE forexai_wait_seconds histogram",
        'forexai_wait_seconds_bucket{account="main",le="0.1"} 2',
        'forexai_wait_seconds_bucket{account="main",le="1.0"} 3',
        'forexai_wait_seconds_bucket{account="main",le="+Inf"} 4',
        'forexai_wait_seconds_sum{account="main"} 7.65',
        'forexai_wait_seconds_count{account="main"} 4',
    ]


def test_several_series_of_a_name_share_its_type():
    metrics = MemoryMetrics()
    for account in ("b", "a"):
        metrics.add("orders_total", 1, {"account": account})
    text = exposition(metrics.snapshot())
    assert text.count("# TYPE") == 1
    assert text.index('"a"') < text.index('"b"')
    assert text.endswith("\n")


def test_odd_label_values_and_numbers_cannot_break_a_line():
    odd = 'a"b\\c\nd'
    samples = [
        Sample(name="x", kind=MetricKind.GAUGE, labels=(("account", odd),), value=value)
        for value in (math.nan, math.inf, -math.inf)
    ]
    lines = exposition(samples).splitlines()
    assert [line.rsplit(" ", 1)[1] for line in lines[1:]] == ["NaN", "+Inf", "-Inf"]
    assert lines[1].startswith(r'forexai_x{account="a\"b\\c\nd"} ')


def test_nothing_measured_is_no_line():
    assert not exposition([])
