"""Sizing: worked by hand, and never beyond the budget."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forexai_core.errors import ConfigError, RateError
from forexai_core.risk import (
    fixed_fraction,
    fixed_lots,
    kelly_fraction,
    loss_per_lot,
    percent_risk,
    pip_value,
    volatility_risk,
)
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.orders import floor_volume, on_step, volume_steps

EURUSD, USDJPY, EURGBP = (find_instrument(symbol) for symbol in ("EURUSD", "USDJPY", "EURGBP"))
PROFILE = settings(derandomize=True, deadline=None, max_examples=300)


@pytest.mark.parametrize(
    ("lots", "step", "steps"),
    [
        (0.3, 0.1, 3),
        (0.29999, 0.1, 2),
        (0.07, 0.01, 7),
        (1.0, 0.1, 10),
        (0.0, 0.01, 0),
        (0.05, 0.1, 0),
        (500.0, 0.01, 50_000),
    ],
)
def test_steps_are_counted_down(lots, step, steps):
    assert volume_steps(lots, step) == steps


@given(st.integers(0, 100_000), st.sampled_from([0.001, 0.01, 0.1, 1.0, 0.05, 0.25]))
@PROFILE
def test_a_volume_on_the_grid_stays_what_it_is(steps, step):
    volume = round(steps * step, 8)
    assert volume_steps(volume, step) == steps
    assert floor_volume(volume, step) == volume
    assert on_step(volume, step)


@pytest.mark.parametrize(("lots", "step"), [(-0.1, 0.1), (float("nan"), 0.1), (float("inf"), 0.1), (1.0, 0.0)])
def test_senseless_volumes_are_refused(lots, step):
    with pytest.raises(ConfigError):
        volume_steps(lots, step)


def test_the_value_of_a_pip():
    assert pip_value(EURUSD, currency="USD", price=1.1) == pytest.approx(10.0)
    assert pip_value(USDJPY, currency="USD", price=150.0) == pytest.approx(1_000 / 150)
    assert pip_value(EURUSD, currency="EUR", price=1.1) == pytest.approx(10.0 / 1.1)
    assert pip_value(EURGBP, currency="USD", price=0.85, rate=1.25) == pytest.approx(12.5)


def test_an_unknown_rate_is_an_error_never_one():
    with pytest.raises(RateError, match="USD per GBP"):
        pip_value(EURGBP, currency="USD", price=0.85)


def test_the_loss_of_a_lot_is_converted_at_the_stop():
    loss = loss_per_lot(USDJPY, side=1, entry=150.0, stop=149.0, currency="USD", commission_per_lot=3.5)
    assert loss == pytest.approx(100_000 / 149.0 + 7.0)
    with pytest.raises(ConfigError, match="below its entry"):
        loss_per_lot(USDJPY, side=1, entry=150.0, stop=151.0, currency="USD")


def test_one_percent_by_hand():
    # 1 % of 10,000 is 100; 30 pips of a lot cost 300, so 0.33 lots
    lots = percent_risk(EURUSD, equity=10_000, risk_fraction=0.01, side=1, entry=1.1001, stop=1.0971, currency="USD")
    assert lots == 0.33
    assert volatility_risk(
        EURUSD, equity=10_000, risk_fraction=0.01, atr=0.0015, multiple=2, price=1.1, currency="USD"
    ) == pytest.approx(0.33)
    # twice the equity of 10,000 is 20,000; a lot is worth 110,000
    assert fixed_fraction(EURUSD, equity=10_000, fraction=2, price=1.1, currency="USD") == 0.18


def test_too_little_is_nothing_and_too_much_is_cut():
    small = {"side": 1, "entry": 1.1, "stop": 1.0, "currency": "USD"}
    assert percent_risk(EURUSD, equity=100, risk_fraction=0.01, **small) == 0.0
    assert fixed_lots(EURUSD, 0.005) == 0.0
    assert fixed_lots(EURUSD, 0.019) == 0.01
    assert fixed_lots(EURUSD, 10_000) == EURUSD.volume_max
    assert percent_risk(EURUSD, equity=0.0, risk_fraction=0.01, **small) == 0.0
    assert percent_risk(EURUSD, equity=-50.0, risk_fraction=0.01, **small) == 0.0


def decimal(value):
    return Fraction(repr(value))


def booked(amount, digits):
    """Round as a broker books: to the currency's digits, halves up."""
    return Fraction(math.floor(amount * 10**digits + Fraction(1, 2)), 10**digits)


@given(
    equity=st.floats(1, 1e8),
    risk=st.floats(1e-4, 1),
    entry=st.floats(0.5, 2),
    distance=st.floats(1e-5, 0.4),
    side=st.sampled_from([1, -1]),
    commission=st.floats(0, 20),
    step=st.sampled_from([0.01, 0.1, 0.03, 0.001, 1.0]),
    contract=st.sampled_from([("EURUSD", "USD", None), ("EURGBP", "JPY", 187.31), ("USDJPY", "USD", None)]),
)
@PROFILE
def test_the_floored_volume_never_exceeds_the_budget(  # noqa: PLR0917 - drawn by name
    equity, risk, entry, distance, side, commission, step, contract
):
    """In exact arithmetic of the decimals given: the loss itself, and the money that three deals book."""
    symbol, currency, rate = contract
    instrument = find_instrument(symbol).with_values(volume_step=step, volume_min=step)
    stop = entry - side * distance
    assume(stop > 0 and side * (entry - stop) > 0)
    terms = {"side": side, "entry": entry, "stop": stop, "currency": currency, "rate": rate}
    lots = percent_risk(instrument, equity=equity, risk_fraction=risk, commission_per_lot=commission, **terms)
    assert lots == 0 or (instrument.volume_min <= lots <= instrument.volume_max and on_step(lots, step))

    budget, digits = decimal(equity) * decimal(risk), 0 if currency == "JPY" else 2
    by_price = side * (decimal(entry) - decimal(stop)) * decimal(instrument.contract_size)
    if symbol == "USDJPY":
        by_price /= decimal(stop)
    elif rate is not None:
        by_price *= decimal(rate)
    of = decimal(lots)
    assert of * (by_price + 2 * decimal(commission)) <= budget
    assert booked(of * by_price, digits) + 2 * booked(of * decimal(commission), digits) <= budget
    if lots <= instrument.volume_max - step:  # no step is left unused, but for what rounding may add
        more = of + decimal(step)
        rounding = Fraction(3, 2 * 10**digits)
        assert more * (by_price + 2 * decimal(commission)) > budget - rounding or more < decimal(instrument.volume_min)


def test_index_contracts_are_worth_their_size_and_futures_their_ticks():
    index = find_instrument("EURUSD").with_values(
        calculation_mode="cfd_index", contract_size=10.0, tick_value=99.0, tick_size=0.25, pip_size=1.0
    )
    assert pip_value(index, currency="USD", price=100.0) == 10.0
    future = index.with_values(calculation_mode="exchange_futures", tick_value=12.5)
    assert pip_value(future, currency="USD", price=100.0) == 50.0


def test_kelly_by_hand():
    # p = 0.55, b = 1: f = 0.55 - 0.45 = 0.1; half of it, capped at 0.05
    assert kelly_fraction(0.55, 1.0) == pytest.approx(0.05)
    assert kelly_fraction(0.52, 1.0) == pytest.approx(0.02)
    assert kelly_fraction(0.4, 1.0) == 0.0
    assert kelly_fraction(0.9, 3.0, share=1.0, at_most=1.0) == pytest.approx(0.9 - 0.1 / 3)
    with pytest.raises(ConfigError):
        kelly_fraction(1.1, 1.0)
