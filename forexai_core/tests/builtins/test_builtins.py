"""What ships keeps the suites of its kinds, and goes through the same hooks as anyone's."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import logging

import pytest

from forexai_core.builtins.plugin import plugin
from forexai_core.plugins import discover
from forexai_core.ports.notifier import Notice
from forexai_core.services import embedded_services
from forexai_core.testing import check

SHIPPED = discover([plugin], entry_points=False)
OFFERS = [
    pytest.param(offer, id=f"{kind}-{name}")
    for kind in ("strategy", "risk", "indicator", "notifier", "report")
    for name, offer in SHIPPED.of_kind(kind).items()
]


@pytest.mark.parametrize("offer", OFFERS)
def test_an_offer_that_ships_keeps_its_suite(offer):
    report = check(offer)
    assert report.ok, str(report)


@pytest.mark.parametrize("name", ["file", "sample", "synthetic"])
def test_a_source_that_ships_keeps_its_suite(name):
    report = check(SHIPPED.data[name])
    assert report.ok, str(report)


def test_what_is_named_in_the_api_ships():
    assert SHIPPED.diagnoses == ()
    assert {"sma-cross", "ema-cross", "rsi-reversion", "donchian-breakout"} <= set(SHIPPED.strategies)
    assert {"file", "library", "sample", "synthetic"} <= set(SHIPPED.data)
    assert {"sma", "rsi", "macd", "atr", "bollinger"} <= set(SHIPPED.indicators)
    assert {"html", "json", "csv"} <= set(SHIPPED.reports)
    assert "log" in SHIPPED.notifiers
    assert "paper" in SHIPPED.brokers


def test_the_core_announces_itself_like_any_plugin():
    (point,) = [each for each in importlib.metadata.entry_points(group="forexai") if each.name == "core"]
    assert point.load() is plugin
    assert "sma-cross" in discover(disabled=["ml", "llm", "mt5", "saas", "app"], kinds=["strategy"]).strategies


def test_the_log_writes_one_line_of_json_once(caplog):
    offer = SHIPPED.notifiers["log"]
    notice = Notice(
        key="k1", time_ns=1_700_000_000_000_000_000, level="warning", title="Loss", text='a\n{"level": "x"}'
    )

    async def send():
        with embedded_services(None) as services:
            notifier = offer.open(offer.settings(), services)
            return [await notifier.send(notice), await notifier.send(notice)]

    with caplog.at_level(logging.INFO, logger="forexai.notices"):
        first, second = asyncio.run(send())
    assert (first.duplicate, second.duplicate) == (False, True)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "\n" not in record.getMessage()
    line = json.loads(record.getMessage())
    assert (line["level"], line["text"], line["time"]) == ("warning", notice.text, "2023-11-14T22:13:20Z")


def test_quiet_notices_are_taken_and_not_written(caplog):
    offer = SHIPPED.notifiers["log"]

    async def send():
        with embedded_services(None) as services:
            return await offer.open(offer.settings(least="critical"), services).send(
                Notice(key="k", time_ns=0, level="warning", title="t")
            )

    with caplog.at_level(logging.DEBUG, logger="forexai.notices"):
        assert not asyncio.run(send()).duplicate
    assert caplog.records == []
