"""Spreads by a model, worked by hand on small markets."""

from __future__ import annotations

import numpy as np
import pytest
from reference.markets import ns

from forexai_core.arrays import BAR
from forexai_core.engine.preparation.setup import prepare
from forexai_core.engine.preparation.spreads import modelled_spread
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.calendar import EconomicEvent, Impact
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.clocks import Clock
from forexai_core.values.spreads import SpreadModel

NEW_YORK = Clock.of("new-york+7")
MINUTE = 60 * 10**9
STEPS = {"M1": MINUTE, "M15": 15 * MINUTE, "H1": 60 * MINUTE, "H4": 240 * MINUTE}


def bars(first: str, count: int, timeframe: str = "H1", times: list[str] | None = None) -> Bars:
    data = np.zeros(len(times) if times else count, BAR)
    start = ns(first)
    data["time_ns"] = [ns(each) for each in times] if times else [start + STEPS[timeframe] * n for n in range(count)]
    for name in ("open", "high", "low", "close"):
        data[name] = 1.1
    return Bars(instrument=find_instrument("EURUSD"), timeframe=timeframe, data=data)


def spreads(given: Bars, **model: object) -> list[float]:
    return modelled_spread(given, SpreadModel(**model), NEW_YORK).tolist()


def test_hours_are_those_of_the_accounts_clock() -> None:
    # 20:00 UTC is 23:00 on the server in May (New York + 7); hour 0 follows at 21:00 UTC.
    assert spreads(bars("2024-05-13T19:00", 4), points=8, hours={23: 20, 0: 30}) == [8, 20, 30, 8]


def test_hours_follow_daylight_saving() -> None:
    # On 8 March 2024 hour 0 is 22:00 UTC, from the 10th on 21:00 UTC.
    friday, monday = bars("2024-03-08T21:00", 2), bars("2024-03-11T21:00", 2)
    assert spreads(friday, points=8, hours={0: 30}) == [8, 30]
    assert spreads(monday, points=8, hours={0: 30}) == [30, 8]


def test_a_long_bar_has_its_widest_hour() -> None:
    # 16:00-20:00 UTC are the hours 19 to 22, 20:00-24:00 the hours 23, 0, 1 and 2.
    assert spreads(bars("2024-05-13T16:00", 2, "H4"), points=8, hours={22: 9, 23: 20, 1: 25}) == [9, 25]


def test_rollover_is_widened_on_both_sides() -> None:
    # Midnight is 21:00 UTC; 15 minutes each side reach the bars from 20:45 up to 21:15.
    found = spreads(bars("2024-05-13T20:30", 4, "M15"), points=10, rollover_factor=3, rollover_minutes=15)
    assert found == [10, 30, 30, 10]


def test_rollover_window_ends_where_it_ends() -> None:
    # 2 minutes: 20:58, 20:59, 21:00 and 21:01 are wide, 21:02 is not.
    found = spreads(bars("2024-05-13T20:57", 6, "M1"), points=10, rollover_factor=2, rollover_minutes=2)
    assert found == [10, 20, 20, 20, 20, 10]


def test_week_open_is_widened_after_a_pause_of_a_day() -> None:
    times = ["2024-05-17T19:00", "2024-05-17T20:00", "2024-05-19T21:00", "2024-05-19T22:00", "2024-05-19T23:00"]
    found = spreads(bars(times[0], 0, times=times), points=10, week_open_factor=4, week_open_minutes=90)
    assert found == [40, 40, 40, 40, 10]  # the first bar of all has a pause before it


def event(time: str, currency: str = "USD", impact: str = "high") -> EconomicEvent:
    return EconomicEvent(time_ns=ns(time), currency=currency, impact=Impact(impact), title="release")


def test_news_of_the_symbols_currencies() -> None:
    given = bars("2024-05-13T12:00", 4, "M15")
    wide = {"points": 10, "news_factor": 5, "news_minutes_before": 5, "news_minutes_after": 10}
    # 12:30: wide from 12:25 to 12:40
    assert spreads(given, events=[event("2024-05-13T12:30")], **wide) == [10, 50, 50, 10]
    assert spreads(given, events=[event("2024-05-13T12:30", "GBP")], **wide) == [10, 10, 10, 10]
    assert spreads(given, events=[event("2024-05-13T12:30", impact="medium")], **wide) == [10, 10, 10, 10]
    medium = spreads(given, events=[event("2024-05-13T12:30", impact="medium")], least_impact="medium", **wide)
    assert medium == [10, 50, 50, 10]


def test_the_largest_factor_counts() -> None:
    given = bars("2024-05-13T21:00", 1)
    wide = {"points": 10, "rollover_factor": 3, "news_factor": 2, "events": [event("2024-05-13T21:10")]}
    assert spreads(given, **wide) == [30]


def test_jitter_is_seeded_and_only_widens() -> None:
    given = bars("2024-05-13T00:00", 200, "M1")
    one, again = spreads(given, points=100, jitter=0.5, seed=1), spreads(given, points=100, jitter=0.5, seed=1)
    assert one == again
    assert one != spreads(given, points=100, jitter=0.5, seed=2)
    assert min(one) >= 100
    assert max(one) <= 150
    assert max(one) - min(one) > 30


def test_the_ledger_sees_it() -> None:
    given = bars("2024-05-13T20:00", 3)
    model = SpreadModel(points=10, hours={0: 40})
    setup = prepare({"EURUSD": given}, account=Account(), costs={"EURUSD": Costs(spread_model=model)})
    assert (setup.market.ask.close - setup.market.bid.close).tolist() == [10, 40, 10]
    assert setup.costs["EURUSD"].sources["spread"] == "given"


def test_prices_with_a_spread_are_refused() -> None:
    given = bars("2024-05-13T20:00", 3)
    own = Bars(instrument=given.instrument, timeframe="H1", data=given.data, spread_points=np.full(3, 7.0))
    with pytest.raises(ConfigError, match="bring their own"):
        prepare({"EURUSD": own}, account=Account(), costs={"EURUSD": Costs(spread_model=SpreadModel())})


def test_one_spread_is_enough() -> None:
    with pytest.raises(ConfigError, match="not both"):
        Costs(spread_points=3.0, spread_model=SpreadModel())
    with pytest.raises(ConfigError, match="none"):
        SpreadModel(news_factor=2.0)
    with pytest.raises(ConfigError, match="hours"):
        SpreadModel(hours={24: 3.0})
