"""What is asked and answered about accounts at brokers and on paper."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from reference_app.http.fields import Cursor, TimeNs

__all__ = ["ConnectionList", "ConnectionShown", "GrantList", "GrantShown", "PaperAccountWanted"]

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, examples=["My first account"])]
_Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3,5}$", examples=["USD"])]
_Leverage = Annotated[int, msgspec.Meta(ge=1, le=5_000, examples=[100], description="100 stands for 1:100.")]
_Balance = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(?!0+(\.0+)?$)\d{1,10}(\.\d{1,2})?$",
        examples=["10000.00"],
        description="Money of the account's currency, as text, so that no digit is lost.",
    ),
]
_Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=40, examples=["EURUSD"])]
_Symbols = Annotated[tuple[_Symbol, ...], msgspec.Meta(min_length=1, max_length=8, examples=[["EURUSD", "USDJPY"]])]
_Seed = Annotated[int, msgspec.Meta(ge=0, lt=2**31, examples=[0], description="The same seed, the same prices.")]
_Pace = Annotated[
    int,
    msgspec.Meta(
        ge=1, le=3_600, examples=[60], description="How many times faster than the clock its market goes; 1: as fast."
    ),
]


class PaperAccountWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper account that is to be made. It is one for good: nothing makes a live account of it.

    Attributes
    ----------
    instruments : tuple of str
        What is traded on it. What they earn must convert into its currency, by one of them.
    seed : int
        Its prices are made up, from this.
    """

    name: _Name
    currency: _Currency = "USD"
    leverage: _Leverage = 100
    margin_mode: Literal["hedging", "netting"] = "hedging"
    balance: _Balance = "10000.00"
    instruments: _Symbols = ("EURUSD",)
    seed: _Seed = 0
    pace: _Pace = 60


class ConnectionShown(msgspec.Struct, frozen=True, kw_only=True):
    """An account, and as what it is kept.

    Attributes
    ----------
    mode : str
        Fixed when it was made.
    session : str
        By which name its session, its journal and its orders are known.
    market : str
        Where its prices come from: ``made-up`` ones are nobody's.
    balance : str
        As it began.
    """

    id: UUID
    name: _Name
    broker: Annotated[str, msgspec.Meta(examples=["paper"])]
    mode: Annotated[Literal["paper", "live"], msgspec.Meta(examples=["paper"])]
    session: Annotated[str, msgspec.Meta(examples=["f4tq2mz6r7xkd3ynbw5hsuvo"])]
    state: Annotated[Literal["open", "archived"], msgspec.Meta(examples=["open"])]
    currency: _Currency
    leverage: _Leverage
    margin_mode: Annotated[Literal["hedging", "netting"], msgspec.Meta(examples=["hedging"])]
    balance: Annotated[str, msgspec.Meta(examples=["10000.00"])]
    market: Annotated[Literal["made-up"], msgspec.Meta(examples=["made-up"])]
    instruments: _Symbols
    seed: _Seed
    pace: _Pace
    created_ns: TimeNs
    archived_ns: TimeNs | None


class ConnectionList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of accounts."""

    items: tuple[ConnectionShown, ...]
    next_cursor: Cursor | None = None


class GrantShown(msgspec.Struct, frozen=True, kw_only=True):
    """A member to whom an account is granted, and by whom."""

    user_id: UUID
    granted_ns: TimeNs
    granted_by: UUID


class GrantList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of the members to whom an account is granted."""

    items: tuple[GrantShown, ...]
    next_cursor: Cursor | None = None
