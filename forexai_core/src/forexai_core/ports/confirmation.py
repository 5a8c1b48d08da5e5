"""Confirmations: what may veto an opening that a strategy asks for, or make it smaller, before risk judges it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import attrs

from forexai_core.values.orders import OrderRequest

__all__ = ["Confirmation", "Confirmed", "Signal"]


@attrs.frozen(kw_only=True)
class Signal:
    """An opening that a strategy asks for, and what it was decided on.

    Attributes
    ----------
    account, strategy : str
        Whose.
    time_ns : int
        When it was decided, nanoseconds UTC.
    order : OrderRequest
        What would be sent, sized.
    bid, ask : float
        The quote.
    bar : tuple of float
        Open, high, low and close of the bar that the strategy saw; empty at a tick.
    balance, equity : float
        Of the account.
    positions : tuple of (int, float)
        What the strategy holds: side and lots.
    """

    account: str
    strategy: str
    time_ns: int
    order: OrderRequest
    bid: float
    ask: float
    bar: tuple[float, ...] = ()
    balance: float
    equity: float
    positions: tuple[tuple[int, float], ...] = ()


@attrs.frozen(kw_only=True)
class Confirmed:
    """What a confirmation says of a signal.

    Attributes
    ----------
    fraction : float
        Of the volume that may be opened: 1 all of it, 0 none. More than 1 is no answer: nothing is ever enlarged.
    reason : str
        For the trader.
    author : str
        Which program or model says so.
    """

    fraction: float
    reason: str = ""
    author: str = ""


@runtime_checkable
class Confirmation(Protocol):
    """A second opinion on openings: a model, an advisor, or a person who answers in time."""

    async def confirm(self, signal: Signal) -> Confirmed:
        """Say how much of an opening may be sent.

        It is asked once for each opening, and has to give the event loop its turn: what computes for long does so in
        an executor. One that raises, or answers too late or with something else, has not answered.
        """
        ...
