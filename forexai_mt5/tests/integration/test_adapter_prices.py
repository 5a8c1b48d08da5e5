"""Prices of a terminal: complete, in UTC, closed bars only, and each row once while they come."""

from __future__ import annotations

import gc
from itertools import islice
from typing import Any

import numpy as np
import pytest
from adapter_bench import START_NS, AdapterBench

from forexai_core.errors import DataError, DataGapError
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE, Timeframe
from forexai_mt5.simulator.server.policies import Policies

HOUR_NS = 60 * NS_PER_MINUTE


def test_history_comes_whole_though_the_first_answers_are_parts() -> None:
    bench = AdapterBench(history_days=6, symbols=("EURUSD",), policies=Policies(first_bars=50, growth=2))
    bars = bench.source(history_days=3, timeframes=("M1",)).bars("EURUSD", Timeframe.M1, 0, 2**62)
    whole = AdapterBench(history_days=6, symbols=("EURUSD",), policies=Policies(first_bars=0))
    expected = whole.source(history_days=3, timeframes=("M1",)).bars("EURUSD", Timeframe.M1, 0, 2**62)
    assert bars.fingerprint == expected.fingerprint
    assert len(bars) == 3_660  # from Monday's first minute on
    assert bench.package.calls["copy_rates_range"] > whole.package.calls["copy_rates_range"]


def test_a_history_that_never_comes_to_rest_is_an_error_and_no_part() -> None:
    bench = AdapterBench(history_days=6, symbols=("EURUSD",), policies=Policies(first_bars=1, growth=2))
    source = bench.source(history_days=3, timeframes=("M1",), history_patience_s=0.2)
    with pytest.raises(DataGapError, match="still grows"):
        source.bars("EURUSD", Timeframe.M1, 0, 2**62)


def test_stamps_are_turned_into_utc_and_the_forming_bar_is_left_out() -> None:
    bench = AdapterBench(symbols=("EURUSD",), start_ns=START_NS + 25 * NS_PER_MINUTE)
    source = bench.source(timeframes=("M1", "H1", "D1"), history_days=2)
    hours = source.bars("EURUSD", Timeframe.H1, 0, 2**62)
    assert int(hours.time_ns[-1]) == START_NS - HOUR_NS  # at 10:25 the bar of 9:00 UTC is the last closed one
    days = source.bars("EURUSD", Timeframe.D1, 0, 2**62)
    assert {int(each) % NS_PER_DAY for each in days.time_ns} == {21 * HOUR_NS}  # midnight of New York plus seven
    assert hours.provenance["server"] == "ForexAI-Simulator"
    assert hours.spread_points is not None
    assert bool((hours.spread_points > 0).all())
    ticks = source.ticks("EURUSD", START_NS, 2**62)
    assert START_NS <= int(ticks.time_ns[0]) < START_NS + NS_PER_MINUTE
    assert int(ticks.time_ns[-1]) <= bench.manual.now_ns()


def test_what_has_come_since_is_added_and_nothing_else_changes() -> None:
    bench = AdapterBench(symbols=("EURUSD",))
    source = bench.source(timeframes=("M5",))
    first = source.bars("EURUSD", Timeframe.M5, 0, 2**62)
    bench.manual.advance(3_600)
    later = source.bars("EURUSD", Timeframe.M5, 0, 2**62)
    assert 10 <= len(later) - len(first) <= 12
    np.testing.assert_array_equal(later.data[: len(first)], first.data)
    fresh = bench.source(timeframes=("M5",)).bars("EURUSD", Timeframe.M5, 0, 2**62)
    np.testing.assert_array_equal(fresh.data, later.data)


def test_a_range_outside_is_empty_and_names_that_are_wrong_are_told() -> None:
    source = AdapterBench(symbols=("EURUSD",)).source(timeframes=("H1",), tick_days=0)
    assert len(source.bars("EURUSD", Timeframe.H1, 0, 10**18)) == 0
    with pytest.raises(DataError, match=r"does not show 'EURUSX'. Did you mean 'EURUSD'"):
        source.bars("EURUSX", Timeframe.H1, 0, 1)
    with pytest.raises(DataError, match=r"M1 is not held. Of EURUSD these are: H1"):
        source.bars("EURUSD", Timeframe.M1, 0, 1)
    with pytest.raises(DataError, match="tick is not held"):
        source.ticks("EURUSD", 0, 1)


async def _first(source: Any, symbol: str, timeframe: Timeframe, rows: int) -> list[Bars | Ticks]:
    found: list[Bars | Ticks] = []
    async for each in source.subscribe(symbol, timeframe):
        found.append(each)
        if sum(map(len, found)) >= rows:
            return found
    raise AssertionError("it ended")


@pytest.mark.parametrize("fault", [None, "restart", "hang", "ipc_receive"])
async def test_live_bars_are_those_of_the_history_each_once(fault: str | None) -> None:
    bench = AdapterBench(symbols=("EURUSD",))
    source = bench.source(timeframes=("M1",))
    if fault is not None:
        bench.fault(fault, calls="copy_rates_from_pos", skip=20, seconds=600.0)
    parts = await _first(source, "EURUSD", Timeframe.M1, 30)
    times = np.concatenate([each.time_ns for each in parts])
    history = bench.source(timeframes=("M1",)).bars("EURUSD", Timeframe.M1, int(times[0]), int(times[-1]) + 1)
    np.testing.assert_array_equal(np.concatenate([each.data for each in parts]), history.data)


@pytest.mark.parametrize("fault", [None, "restart", "crash"])
async def test_live_ticks_are_those_of_the_history_each_once(fault: str | None) -> None:
    bench = AdapterBench(symbols=("EURUSD",))
    source = bench.source(timeframes=("M1",))
    if fault is not None:
        bench.fault(fault, calls="copy_ticks_from", skip=20, seconds=600.0)
    parts = await _first(source, "EURUSD", Timeframe.TICK, 200)
    data = np.concatenate([each.data for each in parts])
    history = bench.source(timeframes=("M1",)).ticks("EURUSD", int(data["time_ns"][0]), int(data["time_ns"][-1]) + 1)
    np.testing.assert_array_equal(data, history.data)


async def test_quiet_prices_are_asked_for_less_often() -> None:
    bench = AdapterBench(symbols=("EURUSD",))
    source = bench.source(timeframes=("M1",), poll_s=0.1, longest_poll_s=3.2)
    await _first(source, "EURUSD", Timeframe.M1, 1)
    before = bench.package.calls["copy_rates_from_pos"], bench.manual.now_ns()
    await _first(source, "EURUSD", Timeframe.M1, 5)
    asked = bench.package.calls["copy_rates_from_pos"] - before[0]
    seconds = (bench.manual.now_ns() - before[1]) / 1e9
    assert asked < seconds / 0.1 / 4  # a quarter at most of what the shortest interval would ask


def test_a_source_that_is_gone_lets_its_terminal_go() -> None:
    bench = AdapterBench(symbols=("EURUSD",))
    source = bench.source(timeframes=("H1",))
    assert list(source.symbols()) == ["EURUSD"]
    assert bench.package._client is not None
    del source
    gc.collect()
    assert bench.package._client is None
    other = bench.source(timeframes=("H1",))
    other.symbols()
    other.close()
    other.close()
    assert bench.package._client is None


def test_the_example_opens_a_terminal_of_its_own() -> None:
    """Over processes: a simulated terminal, and a worker that talks to it."""
    from forexai_core.services import embedded_services
    from forexai_mt5.offers import data_offers
    from forexai_mt5.settings import Mt5DataSettings

    offer = next(each for each in data_offers() if each.name == "mt5")
    with embedded_services(None) as services:
        source = offer.open(Mt5DataSettings(**offer.example), services)
        assert set(source.symbols()) == {"EURUSD", "USDJPY"}
        bars = source.bars("EURUSD", Timeframe.H1, 0, 2**62)
        assert len(list(islice(bars.time_ns, 20))) == 20
        assert Clock.of("new-york+7").bar_start_ns(bars.time_ns[:1], Timeframe.H1)[0] == bars.time_ns[0]
        source.close()
