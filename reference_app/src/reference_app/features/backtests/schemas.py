"""What is asked and answered about backtests."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from reference_app.http.fields import Cursor, TimeNs

__all__ = [
    "AccountGiven",
    "BacktestLine",
    "BacktestList",
    "BacktestResult",
    "BacktestShown",
    "BacktestWanted",
    "CostsGiven",
    "EquityPoint",
    "StrategyChosen",
    "TradeList",
]

_Share = Annotated[float, msgspec.Meta(ge=0, le=1, examples=[0.5])]
_Money = Annotated[float, msgspec.Meta(gt=0, le=1e12, examples=[10_000])]
_Points = Annotated[float, msgspec.Meta(ge=0, le=1e6, examples=[12])]

StateOfBacktest = Annotated[
    Literal["queued", "running", "done", "failed", "cancelled"], msgspec.Meta(examples=["done"])
]


class StrategyChosen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What trades: one that a plugin offers, with its parameters, or one of the tenant's own.

    Attributes
    ----------
    offered : str or None
        Name of an offered one.
    parameters : dict
        Of an offered one; what is left out is at its default.
    own : UUID or None
        Of the tenant's own.
    """

    offered: Annotated[str, msgspec.Meta(max_length=100, examples=["sma-cross"])] | None = None
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    own: UUID | None = None


class AccountGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account as it begins."""

    balance: _Money = 10_000.0
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3,5}$", examples=["USD"])] = "USD"
    leverage: Annotated[float, msgspec.Meta(gt=0, le=5_000, examples=[100])] = 100.0
    mode: Literal["hedging", "netting"] = "hedging"


class CostsGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What trading costs; what is left out comes from the prices, else from the instrument: the result says which."""

    spread_points: _Points | None = None
    commission_per_lot: Annotated[float, msgspec.Meta(ge=0, le=1e6, examples=[3.5])] | None = None
    slippage_points: _Points | None = None
    swap_long_points: Annotated[float, msgspec.Meta(ge=-1e6, le=1e6, examples=[-6.5])] | None = None
    swap_short_points: Annotated[float, msgspec.Meta(ge=-1e6, le=1e6, examples=[1.2])] | None = None


class BacktestWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A backtest that is to be run.

    Attributes
    ----------
    file : UUID or None
        A file of the tenant's prices that is ready; None for the sample that ships: EURUSD H1 of 2017.
    seed : int
        Of everything random.
    """

    strategy: Annotated[StrategyChosen, msgspec.Meta(examples=[{"offered": "sma-cross", "parameters": {"fast": 10}}])]
    file: UUID | None = None
    account: AccountGiven = AccountGiven()
    costs: CostsGiven = CostsGiven()
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**53, examples=[0])] = 0


class BacktestLine(msgspec.Struct, frozen=True, kw_only=True):
    """A backtest, in a list."""

    id: UUID
    state: StateOfBacktest
    strategy: Annotated[str, msgspec.Meta(examples=["sma-cross"])]
    symbol: Annotated[str, msgspec.Meta(examples=["EURUSD"])]
    timeframe: Annotated[str, msgspec.Meta(examples=["H1"])]
    net_profit: float | None
    created_ns: TimeNs
    finished_ns: TimeNs | None


class BacktestList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of backtests."""

    items: tuple[BacktestLine, ...]
    next_cursor: Cursor | None = None


class BacktestShown(BacktestLine, frozen=True, kw_only=True):
    """A backtest, how far it is, and as what it was asked for.

    Attributes
    ----------
    note : str
        What is being done now.
    problem : str
        Why it failed.
    """

    progress: _Share
    note: str
    problem: str
    asked: dict[str, Any]


class EquityPoint(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One point of the curve, with the lowest equity since the point before, so that no drawdown is hidden."""

    time_ns: TimeNs
    balance: float
    equity: float
    lowest: float


class BacktestResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a backtest found.

    Attributes
    ----------
    metrics : dict
        Figures by name; None where one is undefined.
    assumptions : dict
        What the result rests on, in lines for people.
    interval : dict
        Between which net profits the result lies, whatever happened inside the bars, and whether that is proven.
    equity : tuple of EquityPoint
        At most two thousand points.
    trades : int
        How many there are; they are read a page at a time.
    """

    metrics: dict[str, float | None]
    assumptions: dict[str, str]
    choices: dict[str, str]
    costs: tuple[dict[str, Any], ...]
    data: tuple[dict[str, Any], ...]
    interval: dict[str, Any]
    equity: tuple[EquityPoint, ...]
    trades: int
    engine_version: str
    input_fingerprint: str
    result_fingerprint: str


class TradeList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of trades, in the order of closing; times and tickets are text."""

    items: tuple[dict[str, Any], ...]
    next_cursor: Cursor | None = None
