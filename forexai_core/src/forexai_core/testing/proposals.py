"""Proposals for risk rules: an ordinary order, and one for every way in which things can be bad."""

from __future__ import annotations

import attrs

from forexai_core.ports.risk import Holding, Proposal
from forexai_core.testing.venues import START_NS
from forexai_core.values.accounts import AccountState
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.orders import OrderRequest
from forexai_core.values.positions import Position
from forexai_core.values.timeframes import NS_PER_SECOND

__all__ = ["ordinary_proposal", "proposals"]


def ordinary_proposal() -> Proposal:
    """Give a small order with a stop, at a usual spread, on a sound account without positions."""
    return Proposal(
        time_ns=START_NS,
        request=OrderRequest(
            client_id="ordinary", symbol="EURUSD", side=1, volume_lots=0.01, stop_loss=1.0950, take_profit=1.1100
        ),
        instrument=find_instrument("EURUSD"),
        bid=1.1000,
        ask=1.1001,
        account=AccountState(time_ns=START_NS, currency="USD", balance=10_000.0, equity=10_000.0, margin=0.0),
        day_start_equity=10_000.0,
        peak_equity=10_000.0,
        profit_rate=1.0,
        entry_risk=5.1,
        entry_value=1_100.0,
        entry_margin=11.0,
    )


def _risk(lots: float, loss: float) -> Holding:
    """Give a long EURUSD position as a risk."""
    return Holding(
        kind="position",
        symbol="EURUSD",
        base_currency="EUR",
        quote_currency="USD",
        side=1,
        volume_lots=lots,
        value=110_000.0 * lots,
        loss_at_stop=loss,
    )


def _three_hundred() -> tuple[tuple[Position, ...], tuple[Holding, ...]]:
    """Give three hundred open positions, and the same as risks."""
    held = tuple(
        Position(
            position=number,
            symbol="EURUSD",
            side=1,
            volume_lots=1.0,
            open_time_ns=START_NS - NS_PER_SECOND * number,
            open_price=1.1,
            price=1.1,
        )
        for number in range(1, 301)
    )
    risks = tuple(_risk(1.0, 500.0) for _ in held)
    return held, risks


def _widening(good: Proposal) -> dict[str, Proposal]:
    """Give changes, and an addition on a netting account, that make what is open lose more."""
    held, risks = _three_hundred()
    bare = attrs.evolve(good.request, stop_loss=0.0, take_profit=0.0)
    return {
        "a stop that is moved away": attrs.evolve(
            good,
            request=attrs.evolve(good.request, stop_loss=0.6),
            entry_risk=500.1,
            entry_margin=0.0,
            replaces=(_risk(0.01, 5.1),),
            widens=True,
        ),
        "a stop that is taken away": attrs.evolve(
            good, request=bare, entry_risk=None, entry_margin=0.0, replaces=(_risk(0.01, 5.1),), widens=True
        ),
        "a small addition that moves the stop of a large position": attrs.evolve(
            good,
            request=attrs.evolve(good.request, stop_loss=1.0501),
            positions=held[:1],
            entry_risk=5_050.0,
            entry_value=111_100.0,
            entry_lots=1.01,
            replaces=risks[:1],
        ),
    }


def proposals() -> dict[str, Proposal]:
    """Give proposals by what is special about them."""
    good = ordinary_proposal()
    poor = attrs.evolve(good.account, balance=5_000.0, equity=5_000.0)
    ruined = attrs.evolve(good.account, balance=0.0, equity=0.0)
    held, risks = _three_hundred()
    huge = attrs.evolve(good.request, volume_lots=400.0)
    bare = attrs.evolve(good.request, stop_loss=0.0, take_profit=0.0)
    burst = tuple(START_NS - NS_PER_SECOND * number // 20 for number in range(1_000, 0, -1))
    return _widening(good) | {
        "an ordinary order": good,
        "a huge volume": attrs.evolve(
            good, request=huge, entry_risk=204_000.0, entry_value=44_000_000.0, entry_margin=440_000.0
        ),
        "an order without a stop": attrs.evolve(good, request=bare, entry_risk=None),
        "a stop that risks half the equity": attrs.evolve(good, entry_risk=5_000.0),
        "a spread of a hundred pips": attrs.evolve(good, ask=1.1100),
        "three hundred open positions": attrs.evolve(good, positions=held, holdings=risks),
        "a day that lost half": attrs.evolve(good, account=poor),
        "a drawdown of three quarters": attrs.evolve(good, peak_equity=40_000.0),
        "a margin level of ten percent": attrs.evolve(good, account=attrs.evolve(good.account, margin=100_000.0)),
        "an account without money": attrs.evolve(good, account=ruined, day_start_equity=0.0, peak_equity=0.0),
        "a thousand orders in a minute": attrs.evolve(good, recent_order_times_ns=burst),
        "an order at the weekend": attrs.evolve(good, time_ns=START_NS + 4 * 86_400 * NS_PER_SECOND),
        "an order at midnight": attrs.evolve(
            good, time_ns=START_NS // (86_400 * NS_PER_SECOND) * 86_400 * NS_PER_SECOND
        ),
    }
