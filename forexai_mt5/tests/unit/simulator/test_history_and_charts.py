"""Histories, bars and ticks: server's stamps, ends included, depth, and what a first call gets."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from simulated_terminal import START_MS, WALL_S, Bench

from forexai_core.services.clocks import ManualClock
from forexai_mt5.simulator.face.client import Client
from forexai_mt5.simulator.market.reference import REFERENCE_SYMBOLS
from forexai_mt5.simulator.server.policies import Policies
from forexai_mt5.simulator.terminal.charts import MINUTES
from forexai_mt5.simulator.terminal.terminal import Terminal
from forexai_mt5.terms import constants as c

ALL = 2**32 - 1


def moving(**changes: object) -> tuple[Client, ManualClock]:
    """A terminal over the moving market, all at once unless said otherwise."""
    clock = ManualClock(START_MS * 1_000_000 + 30_500_000_000)
    policies = Policies(**({"first_bars": 0, "fast_ticks": 0} | changes))  # type: ignore[arg-type]
    symbols = [REFERENCE_SYMBOLS[name] for name in ("EURUSD", "BTCUSD", "USDJPY")]
    client = Client(Terminal(clock=clock, symbols=symbols, policies=policies))
    assert client.initialize()
    return client, clock


@pytest.fixture(scope="module")
def mt5() -> Client:
    return moving()[0]


def test_a_history_goes_by_the_servers_clock_ends_included() -> None:
    bench = Bench()
    opened = bench.deal("EURUSD", 1, 0.1)
    bench.clock.advance(10)
    bench.deal("EURUSD", -1, 0.1, position=opened.order)
    mt5 = bench.mt5
    assert mt5.history_deals_total(WALL_S, WALL_S + 10) == 3
    assert mt5.history_deals_total(WALL_S + 1, WALL_S + 10) == 1
    assert mt5.history_deals_total(WALL_S, WALL_S + 9) == 2
    # Who asks up to the time of his own clock, three hours behind, misses everything.
    assert mt5.history_deals_total(0, START_MS // 1_000 + 10) == 0
    assert mt5.history_orders_total(0, ALL) == 2
    assert [order.ticket for order in mt5.history_orders_get(WALL_S, WALL_S) or ()] == [opened.order]
    assert len(mt5.history_deals_get(0, ALL, group="*USD") or ()) == 2
    assert len(mt5.history_deals_get(0, ALL, group="*") or ()) == 3  # the deposit, too
    assert mt5.history_deals_get(0, ALL, group="*JPY") == ()
    assert mt5.history_deals_get(ticket=5) == ()
    assert mt5.history_orders_get(position=opened.order) == mt5.history_orders_get(0, ALL)


@pytest.mark.parametrize("timeframe", sorted(MINUTES))
def test_a_chart_is_made_of_its_minutes(mt5: Client, timeframe: int) -> None:
    minutes = mt5.copy_rates_range("EURUSD", c.TIMEFRAME_M1, 0, ALL)
    bars = mt5.copy_rates_range("EURUSD", timeframe, 0, ALL)
    assert minutes is not None
    assert bars is not None
    assert (np.diff(bars["time"]) > 0).all()
    owner = np.searchsorted(bars["time"], minutes["time"], side="right") - 1
    assert owner.min() == 0
    for row in (1, len(bars) // 2, len(bars) - 1):
        own = minutes[owner == min(row, len(bars) - 1)]
        bar = bars[min(row, len(bars) - 1)]
        assert bar["open"] == own["open"][0]
        assert bar["close"] == own["close"][-1]
        assert (bar["high"], bar["low"]) == (own["high"].max(), own["low"].min())
        assert (bar["tick_volume"], bar["spread"]) == (own["tick_volume"].sum(), own["spread"].min())
    length = MINUTES[timeframe] * 60
    if length <= 86_400:
        assert (bars["time"] % length == 0).all()


def test_a_minute_is_made_of_its_ticks(mt5: Client) -> None:
    minutes = mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_M1, 0, 200)
    assert minutes is not None
    ticks = mt5.copy_ticks_range("EURUSD", int(minutes["time"][0]), ALL, c.COPY_TICKS_ALL)
    assert ticks is not None
    assert (ticks["time"] == ticks["time_msc"] // 1_000).all()
    for bar in minutes:
        own = ticks[ticks["time"] // 60 * 60 == bar["time"]]
        assert len(own) == bar["tick_volume"]
        assert (own["bid"][0], own["bid"].max(), own["bid"].min(), own["bid"][-1]) == (
            bar["open"], bar["high"], bar["low"], bar["close"],
        )  # fmt: skip
        assert np.rint((own["ask"] - own["bid"]).min() * 1e5) == bar["spread"]


def test_daily_bars_open_at_the_servers_midnight_and_know_no_sunday(mt5: Client) -> None:
    days = mt5.copy_rates_range("EURUSD", c.TIMEFRAME_D1, 0, ALL)
    coins = mt5.copy_rates_range("BTCUSD", c.TIMEFRAME_D1, 0, ALL)
    weeks = mt5.copy_rates_range("EURUSD", c.TIMEFRAME_W1, 0, ALL)
    assert days is not None
    assert coins is not None
    assert weeks is not None
    weekday = (days["time"] // 86_400 + 4) % 7  # Sunday 0
    assert set(weekday.tolist()) == {1, 2, 3, 4, 5}
    assert set(((coins["time"] // 86_400 + 4) % 7).tolist()) == set(range(7))
    assert set(((weeks["time"] // 86_400 + 4) % 7).tolist()) == {0}


def test_dtypes_are_those_of_the_package(mt5: Client) -> None:
    rates = mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_H1, 0, 1)
    ticks = mt5.copy_ticks_from("EURUSD", WALL_S - 600, 3, c.COPY_TICKS_INFO)
    assert rates is not None
    assert ticks is not None
    assert rates.dtype.descr == [
        ("time", "<i8"), ("open", "<f8"), ("high", "<f8"), ("low", "<f8"), ("close", "<f8"), ("tick_volume", "<u8"),
        ("spread", "<i4"), ("real_volume", "<u8"),
    ]  # fmt: skip
    assert ticks.dtype.descr == [
        ("time", "<i8"), ("bid", "<f8"), ("ask", "<f8"), ("last", "<f8"), ("volume", "<u8"), ("time_msc", "<i8"),
        ("flags", "<u4"), ("volume_real", "<f8"),
    ]  # fmt: skip
    assert set(ticks["flags"].tolist()) == {6}
    assert set(ticks["last"].tolist()) == {0.0}


def test_three_ways_to_ask_for_bars(mt5: Client) -> None:
    last = mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_M5, 0, 10)
    assert last is not None
    shifted = mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_M5, 3, 7)
    ending = mt5.copy_rates_from("EURUSD", c.TIMEFRAME_M5, int(last["time"][6]) + 299, 7)
    ranged = mt5.copy_rates_range("EURUSD", c.TIMEFRAME_M5, int(last["time"][0]), int(last["time"][6]))
    for rows in (shifted, ending, ranged):
        assert rows is not None
        assert rows.tolist() == last[:7].tolist()
    none = mt5.copy_rates_range("EURUSD", c.TIMEFRAME_M5, 0, 10)
    assert none is not None
    assert len(none) == 0
    assert mt5.last_error() == (1, "Success")


@pytest.mark.parametrize("timeframe", [c.TIMEFRAME_M1, c.TIMEFRAME_M5, c.TIMEFRAME_H1, c.TIMEFRAME_D1, c.TIMEFRAME_MN1])
def test_a_chart_that_grew_is_one_that_was_made_at_once(timeframe: int) -> None:
    mt5, clock = moving()
    terminal = mt5.terminals[0]
    for seconds in (1, 59, 61, 600, 3_601, 90_000, 3 * 86_400, 5):
        clock.advance(seconds)
        if seconds == 600:
            terminal.add_fault({"kind": "price_jump", "symbol": "EURUSD", "points": 50, "after_s": 30.0})
        grown = mt5.copy_rates_from_pos("EURUSD", timeframe, 0, 90_000)
        terminal.charts.redraw()
        made = mt5.copy_rates_from_pos("EURUSD", timeframe, 0, 90_000)
        assert grown is not None
        assert made is not None
        assert grown.tobytes() == made.tobytes()
        assert (np.diff(grown["time"]) > 0).all()


def test_a_chart_grows_by_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    mt5, clock = moving()
    assert mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_M1, 0, 10) is not None
    market = mt5.terminals[0].market
    minutes, spans_ms = market.minutes, []

    def counted(symbol: str, first_ms: int, last_ms: int) -> NDArray[np.void]:
        spans_ms.append(last_ms - first_ms)
        return minutes(symbol, first_ms, last_ms)

    monkeypatch.setattr(market, "minutes", counted)
    clock.advance(60)
    assert mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_M1, 0, 10) is not None
    assert max(spans_ms) < 10 * 60_000


def test_the_last_bar_forms() -> None:
    mt5, clock = moving()
    before = mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_H1, 0, 2)
    tick = mt5.symbol_info_tick("EURUSD")
    assert before is not None
    assert tick is not None
    assert before["close"][-1] == tick.bid
    clock.advance(600)
    after = mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_H1, 0, 2)
    assert after is not None
    assert after[0] == before[0]
    assert after["open"][1] == before["open"][1]
    assert after["tick_volume"][1] > before["tick_volume"][1]


def test_ticks_forward_from_a_date(mt5: Client) -> None:
    ticks = mt5.copy_ticks_from("EURUSD", WALL_S - 3_600, 50, c.COPY_TICKS_ALL)
    assert ticks is not None
    assert len(ticks) == 50
    assert ticks["time"][0] >= WALL_S - 3_600
    ranged = mt5.copy_ticks_range("EURUSD", WALL_S - 3_600, int(ticks["time"][-1]) + 1, c.COPY_TICKS_ALL)
    assert ranged is not None
    assert ranged[:50].tolist() == ticks.tolist()
    assert len(mt5.copy_ticks_from("EURUSD", WALL_S + 3_600, 50, c.COPY_TICKS_ALL)) == 0  # type: ignore[arg-type]
    assert len(mt5.copy_ticks_from("EURUSD", 0, 50, c.COPY_TICKS_TRADE)) == 0  # type: ignore[arg-type]


def test_a_first_call_gets_a_part_and_further_ones_more() -> None:
    mt5, _ = moving(first_bars=100, growth=10, fast_ticks=64)
    counts = [len(mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_M1, 0, 5_000)) for _ in range(4)]  # type: ignore[arg-type]
    assert counts == [100, 1_000, 5_000, 5_000]
    assert len(mt5.copy_rates_from_pos("EURUSD", c.TIMEFRAME_M5, 0, 500)) == 100  # type: ignore[arg-type]  # its own
    ticks = [len(mt5.copy_ticks_range("EURUSD", WALL_S - 3_600, ALL, -1)) for _ in range(3)]  # type: ignore[arg-type]
    assert ticks[0] == 64
    assert ticks[1] == ticks[2] > 64


def test_one_seed_is_one_market() -> None:
    (one, _), (two, clock) = moving(), moving()
    clock.advance(5 * 86_400)
    two.symbol_info_tick("EURUSD")
    first = one.copy_rates_range("EURUSD", c.TIMEFRAME_M1, 0, WALL_S - 60)
    second = two.copy_rates_range("EURUSD", c.TIMEFRAME_M1, 0, WALL_S - 60)
    assert first is not None
    assert second is not None
    assert len(first) > 10_000
    assert first.tolist() == second.tolist()
