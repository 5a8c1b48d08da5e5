"""What goes to a process that runs backtests, and what comes back."""

from __future__ import annotations

from typing import Any

import msgspec

from reference_app.features.backtests.schemas import AccountGiven, BacktestResult, CostsGiven

__all__ = ["PAGE_OF_TRADES", "RunAsked", "RunFound"]

PAGE_OF_TRADES = 1_000
"""How many trades are kept in one blob."""


class RunAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A run, with all that it needs.

    Attributes
    ----------
    offered, parameters
        An offered strategy; empty where ``rules`` hold one.
    rules : dict or None
        Of the tenant's own.
    prices : bytes or None
        Bars, packed; None for the sample that ships.
    disabled, required : tuple of str
        Which plugins are asked.
    """

    offered: str
    parameters: dict[str, Any]
    rules: dict[str, Any] | None
    prices: bytes | None
    account: AccountGiven
    costs: CostsGiven
    seed: int
    disabled: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


class RunFound(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes
    ----------
    result : BacktestResult
        All but the trades.
    trades : tuple of bytes
        Each a page of :data:`PAGE_OF_TRADES` trades, as a MessagePack list of mappings.
    """

    result: BacktestResult
    trades: tuple[bytes, ...]
