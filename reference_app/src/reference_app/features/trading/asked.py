"""What goes to a process that reckons paper accounts, and what comes back."""

from __future__ import annotations

from typing import Literal

import msgspec

from reference_app.features.brokers.asked import PaperTerms
from reference_app.features.trading.schemas import AccountState, DealShown, OrderShown, PositionShown, Preview

__all__ = ["AccountAsked", "AccountTold", "Command", "Outcome", "Wanted"]


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be done on an account; which fields count follows from the kind.

    Attributes
    ----------
    kind : str
        ``place`` opens or waits to; ``close`` ends a position or a part of it; ``modify`` moves prices of a position or
        an order; ``cancel`` takes an order back; ``halt`` lets nothing open; ``rearm`` lets it again.
    ticket : int
        Of the position or the order that it is about.
    volume_lots, risk_fraction : float
        Of an opening: one of the two. By risk, it is sized so that its stop loses so much of the equity.
    flatten : bool
        Of a halt: whether what is open is closed, too.
    by, reason : str
        Of a halt and its end: who gave it, and why.
    """

    kind: Literal["place", "close", "modify", "cancel", "halt", "rearm"]
    symbol: str = ""
    side: int = 0
    order: str = "market"
    ticket: int = 0
    volume_lots: float = 0.0
    risk_fraction: float = 0.0
    price: float | None = None
    limit_price: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    flatten: bool = False
    by: str = ""
    reason: str = ""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command as it was written down.

    Attributes
    ----------
    number : int
        From 1 on, without a hole: the account's commands have one order.
    id : str
        Of the intent.
    time_ns : int
        When it was given, nanoseconds UTC.
    """

    number: int
    id: str
    time_ns: int
    wanted: Wanted


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command when it reached the account.

    Attributes
    ----------
    order : int
        The order that came of it; 0 for none.
    problem : str
        Why it was refused; empty where it was taken.
    """

    id: str
    order: int = 0
    problem: str = ""


class AccountAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A question about an account.

    Attributes
    ----------
    after : int
        Number of the command before the first one given here.
    now_ns : int
        Nanoseconds UTC.
    wanted : Wanted or None
        What somebody considers: it is sized and judged, and nothing is done.
    deals_after, deals : int
        Of its deals, so many after that one.
    ticket : int
        Of an order to be told of, whatever became of it; 0 for none.
    """

    session: str
    terms: PaperTerms
    after: int
    commands: tuple[Command, ...]
    now_ns: int
    wanted: Wanted | None = None
    deals_after: int = 0
    deals: int = 0
    ticket: int = 0


class AccountTold(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it stands.

    Attributes
    ----------
    taken : int
        Number of the last command that is in it.
    behind : bool
        Whether commands are missing: then nothing else is told, and those after ``taken`` are to be sent.
    time_ns : int
        To when it was reckoned: no command of before can join it.
    """

    taken: int
    time_ns: int = 0
    behind: bool = False
    state: AccountState | None = None
    positions: tuple[PositionShown, ...] = ()
    orders: tuple[OrderShown, ...] = ()
    deals: tuple[DealShown, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    order: OrderShown | None = None
    preview: Preview | None = None
