"""Accounts, instants and orders that several tests of risk share."""

from __future__ import annotations

import datetime as dt

import attrs

from forexai_core.ports.risk import Holding, Proposal
from forexai_core.testing import ordinary_proposal
from forexai_core.values.accounts import AccountState


def utc_ns(text: str) -> int:
    """Give an instant written as ``2024-03-08 21:59``, UTC."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * 10**9


def holding(loss: float | None = 100.0, **changes) -> Holding:
    """Give a long EURUSD position."""
    fields = {
        "kind": "position",
        "symbol": "EURUSD",
        "base_currency": "EUR",
        "quote_currency": "USD",
        "side": 1,
        "volume_lots": 0.1,
        "value": 11_000.0,
        "loss_at_stop": loss,
    }
    return Holding(**(fields | changes))


def opening(equity: float, risk: float | None = 100.0, **changes) -> Proposal:
    """Give an order that opens, on an account with so much equity."""
    good = ordinary_proposal()
    account = AccountState(time_ns=good.time_ns, currency="USD", balance=equity, equity=equity, margin=0.0)
    fields = {"account": account, "entry_risk": risk, "day_start_equity": equity, "peak_equity": equity}
    return attrs.evolve(good, **(fields | changes))
