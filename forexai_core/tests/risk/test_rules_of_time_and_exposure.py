"""Rules about hours, news, currencies, correlation and margin, each to its last unit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from risk.accounts import holding, opening, utc_ns

from forexai_core.errors import ConfigError, IntegrityError
from forexai_core.risk import (
    CorrelatedPositions,
    CurrencyExposure,
    MarginLevel,
    NewsBlackout,
    ReturnWindow,
    TradingHours,
    WeekendPause,
    currency_exposures,
)
from forexai_core.values.accounts import AccountState
from forexai_core.values.calendar import EconomicEvent
from forexai_core.values.timeframes import NS_PER_MINUTE

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE


def at(time, **changes):
    return opening(10_000.0, 10.0, time_ns=utc_ns(time), **changes)


@pytest.mark.parametrize(
    ("spans", "clock", "inside", "outside"),
    [
        # London changes on 31 March 2024: 08:00 is 08:00 UTC before and 07:00 UTC after.
        ("mon-fri 08:00-17:00", "Europe/London", "2024-03-29 08:00", "2024-03-29 07:59"),
        ("mon-fri 08:00-17:00", "Europe/London", "2024-04-01 07:00", "2024-04-01 06:59"),
        ("mon-fri 08:00-17:00", "Europe/London", "2024-04-01 15:59", "2024-04-01 16:00"),
        ("08:00-17:00", "UTC", "2024-03-30 12:00", "2024-03-30 17:00"),
        ("fri 22:00-02:00", "UTC", "2024-03-30 01:59", "2024-03-30 02:00"),
        ("sun 22:00-04:00", "UTC", "2024-04-01 03:59", "2024-04-01 04:00"),
        ("sat-mon 00:00-24:00", "UTC", "2024-03-31 12:00", "2024-04-02 00:00"),
        ("mon-fri 00:00-24:00", "new-york+7", "2024-03-08 21:59", "2024-03-08 22:00"),
        ("mon-fri 00:00-24:00", "new-york+7", "2024-03-10 21:00", "2024-03-10 20:59"),
    ],
)
def test_hours_hold_on_the_clock_that_is_named(spans, clock, inside, outside):
    rule = TradingHours(spans=spans, clock=clock)
    assert rule.judge(at(inside)).allowed
    verdict = rule.judge(at(outside))
    assert not verdict.allowed
    assert clock in verdict.reason


@pytest.mark.parametrize("text", ["8-17", "mon-foo 08:00-09:00", "08:00-08:00", "08:70-09:00", "25:00-26:00", ""])
def test_senseless_hours_are_refused(text):
    with pytest.raises(ConfigError, match="no trading hours"):
        TradingHours(spans=(text,))


def test_the_weekend_pauses_around_the_servers_midnights_on_both_sides_of_the_change():
    rule = WeekendPause(before_minutes=60, after_minutes=30)
    for allowed, refused in (
        ("2024-03-08 20:59", "2024-03-08 21:00"),  # winter: Friday ends at 22:00 UTC
        ("2024-03-15 19:59", "2024-03-15 20:00"),  # summer: at 21:00
        ("2024-03-10 21:30", "2024-03-10 21:29"),  # the Sunday of the change: Monday begins at 21:00
    ):
        assert rule.judge(at(allowed)).allowed, allowed
        assert not rule.judge(at(refused)).allowed, refused


class TestNews:
    EVENTS = tuple(
        EconomicEvent(time_ns=utc_ns(time), currency=currency, impact=impact, title=currency)
        for time, currency, impact in (
            ("2024-03-08 13:30", "USD", "high"),
            ("2024-03-08 15:00", "JPY", "high"),
            ("2024-03-08 16:00", "EUR", "medium"),
            ("2024-03-09 00:00", "EUR", "holiday"),
        )
    )

    @pytest.mark.parametrize(
        ("time", "allowed"),
        [
            ("2024-03-08 12:59", True),
            ("2024-03-08 13:00", False),
            ("2024-03-08 13:30", False),
            ("2024-03-08 14:00", False),
            ("2024-03-08 14:01", True),
            ("2024-03-08 15:00", True),
            ("2024-03-08 16:00", True),
            ("2024-03-09 00:00", True),
            ("2024-03-09 00:01", False),
            ("2024-03-09 00:30", False),
        ],
    )
    def test_what_concerns_the_order_holds_it_and_the_end_of_the_calendar_too(self, time, allowed):
        assert NewsBlackout(events=self.EVENTS).judge(at(time)).allowed is allowed

    def test_an_open_end_and_a_lower_impact_are_chosen(self):
        assert NewsBlackout(events=self.EVENTS, open_end=True).judge(at("2025-01-01 00:00")).allowed
        assert not NewsBlackout(events=self.EVENTS, impact="medium").judge(at("2024-03-08 16:00")).allowed
        assert not NewsBlackout(events=()).judge(at("2024-03-08 16:00")).allowed


class TestCurrencies:
    def test_legs_net(self):
        held = (
            holding(value=11_000.0),
            holding(side=-1, symbol="USDJPY", base_currency="USD", quote_currency="JPY", value=5_000.0),
            holding(side=-1, symbol="EURGBP", base_currency="EUR", quote_currency="GBP", value=1_000.0),
        )
        assert currency_exposures(held) == {"EUR": 10_000.0, "USD": -16_000.0, "JPY": 5_000.0, "GBP": 1_000.0}

    def test_the_limit_holds_to_the_last_unit_and_hedging_is_let_through(self):
        rule = CurrencyExposure(limit_multiple=2.0)
        held = (holding(value=15_000.0),)
        assert rule.judge(opening(10_000.0, 1.0, holdings=held, entry_value=5_000.0)).allowed
        verdict = rule.judge(opening(10_000.0, 1.0, holdings=held, entry_value=5_000.1))
        assert not verdict.allowed
        assert verdict.reason.startswith("EUR")
        large = (holding(value=90_000.0, side=-1),)
        assert rule.judge(opening(10_000.0, 1.0, holdings=large, entry_value=5_000.0)).allowed

    def test_the_unknown_is_refused(self):
        assert not CurrencyExposure(limit_multiple=2.0).judge(opening(10_000.0, 1.0, entry_value=None)).allowed


class TestCorrelation:
    def held(self, symbol="GBPUSD", side=1):
        return (holding(symbol=symbol, side=side),)

    @pytest.mark.parametrize(
        ("side", "found", "allowed"),
        [(1, 0.71, False), (1, 0.69, True), (-1, 0.9, True), (-1, -0.9, False), (1, -0.9, True)],
    )
    def test_signs_and_sides_count(self, side, found, allowed):
        order = opening(10_000.0, 1.0, holdings=self.held(side=side), correlations={"GBPUSD": found})
        assert CorrelatedPositions(limit=1).judge(order).allowed is allowed

    def test_what_is_not_known_moves_together(self):
        assert not CorrelatedPositions(limit=1).judge(opening(10_000.0, 1.0, holdings=self.held())).allowed
        assert not CorrelatedPositions(limit=1).judge(opening(10_000.0, 1.0, holdings=self.held(side=-1))).allowed

    def test_the_window_measures_what_numpy_does_and_survives_a_restart(self):
        draws = np.random.default_rng(3)
        moves = draws.normal(0, 1e-3, (400, 2)) @ np.array([[1.0, 0.8], [0.0, 0.6]])
        prices = np.exp(np.cumsum(moves, axis=0))
        window, restarted = ReturnWindow(steps=100, least=50), ReturnWindow(steps=100, least=50)
        for number, (one, other) in enumerate(prices):
            for each in (window, restarted):
                each.see("A", number * HOUR, bid=9.0, ask=9.0)  # replaced within its step
                each.see("A", number * HOUR + MINUTE, bid=one, ask=one)
                each.see("B", number * HOUR + MINUTE, bid=other - 1e-5, ask=other + 1e-5)
            kept = restarted.to_dict()
            restarted = ReturnWindow(steps=100, least=50)
            restarted.restore(kept)
        returns = np.diff(np.log(prices[-102:-1]), axis=0)  # the last step is not over
        expected = np.corrcoef(returns.T)[0, 1]
        assert window.correlations("A")["B"] == pytest.approx(expected, rel=1e-9)
        assert window.correlations("B") == {"A": window.correlations("A")["B"]}
        assert restarted.correlations("A") == window.correlations("A")

    def test_too_few_or_constant_prices_give_none(self):
        window = ReturnWindow(steps=10, least=3)
        for number in range(8):
            window.see("A", number * HOUR, bid=1.0, ask=1.0)
            window.see("B", number * HOUR, bid=1.0 + number, ask=1.0 + number)
        assert window.correlations("A") == {}
        with pytest.raises(IntegrityError):
            window.restore({"step": None})
        with pytest.raises(ConfigError):
            ReturnWindow(steps=1)


class TestMarginLevel:
    @pytest.mark.parametrize(
        ("margin", "entry", "allowed"),
        [
            (4_000.0, 1_000.0, True),
            (4_000.0, 1_000.01, False),
            (0.0, None, False),
            (6_000.0, None, False),
            (0.0, 0.0, True),
        ],
    )
    def test_the_level_holds_to_the_last_unit(self, margin, entry, allowed):
        order = opening(10_000.0, 1.0, entry_margin=entry)
        account = AccountState(time_ns=1, currency="USD", balance=10_000.0, equity=10_000.0, margin=margin)
        order = opening(10_000.0, 1.0, entry_margin=entry, account=account)
        assert MarginLevel(limit_percent=200.0).judge(order).allowed is allowed

    def test_a_level_that_is_no_number_is_refused(self):
        order = opening(math.nan, 1.0, entry_margin=10.0)
        assert not MarginLevel(limit_percent=200.0).judge(order).allowed


@pytest.mark.parametrize("price", [0.0, -37.0, math.nan, math.inf])
def test_a_quote_without_a_price_leaves_the_correlation_as_it_was(price):
    windows = [ReturnWindow(steps=3, step_minutes=1, least=2) for _ in range(2)]
    for step, (one, other) in enumerate([(1.10, 1.30), (1.11, 1.31), (1.12, 1.30), (1.10, 1.29), (1.10, 1.29)]):
        for window in windows:
            window.see("EURUSD", step * NS_PER_MINUTE, bid=one, ask=one)
            window.see("GBPUSD", step * NS_PER_MINUTE, bid=other, ask=other)
        windows[1].see("EURUSD", step * NS_PER_MINUTE, bid=price, ask=price)
    assert windows[0].correlations("EURUSD")
    assert windows[1].correlations("EURUSD") == windows[0].correlations("EURUSD")
