"""The schema of a saved result.

Integers that may pass 2**53 are strings, because many readers of JSON hold numbers as doubles.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

__all__ = ["CandlesPart", "Document"]

BigInt = Annotated[str, StringConstraints(pattern=r"^-?\d{1,19}$")]
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]*$", max_length=128)]
_Rows = dict[str, list[Any]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class AccountPart(_Part):
    """As :class:`forexai_core.values.accounts.Account`."""

    balance: float
    currency: str
    leverage: float
    mode: str
    clock: str
    margin_call: float
    stop_out: float
    fifo: str = "none"
    leverages: dict[str, float] = {}
    leverage_tiers: list[list[float]] = []
    stop_out_mode: str = "percent"
    stop_out_orders: str = "binding"
    stop_out_hedged: bool = False
    negative_balance_protection: bool = False


class StrategyPart(_Part):
    """As :class:`forexai_core.backtesting.StrategyUsed`."""

    name: str
    form: str
    title: str
    parameters: dict[str, Any]
    sleeve: str = ""
    symbol: str = ""
    timeframe: str = ""


class AttributionPart(_Part):
    """As :class:`forexai_core.backtesting.Attribution`; its trades are those of its name, its times the account's."""

    name: str
    net_profit: float
    metrics: dict[str, int | float | None]
    equity: list[float]


class DataPart(_Part):
    """As :class:`forexai_core.backtesting.DataUsed`."""

    symbol: str
    timeframe: str
    rows: int
    start_ns: BigInt
    end_ns: BigInt
    digits: int
    sides: str
    crossed_quotes: int
    trades_at_weekends: bool
    fingerprint: Hex
    provenance: dict[str, str]


class CostPart(_Part):
    """As :class:`forexai_core.backtesting.CostUsed`."""

    symbol: str
    name: str
    value: float | None
    unit: str
    source: Literal["given", "data", "catalogue default", "none assumed"]


class IntervalPart(_Part):
    """As :class:`forexai_core.backtesting.Interval`."""

    worst: float | None
    expected: float | None
    best: float | None
    ambiguous_trades: int
    certified: bool
    reason: str
    expected_error: float | None
    jump_points: int = 0
    doubts: dict[str, int] = {}


class TrialsPart(_Part):
    """As :class:`forexai_core.backtesting.TrialsCount`."""

    count: int
    length: int
    sha256: Hex
    started_at_ns: BigInt | None


class CandlesPart(_Part):
    """As :class:`forexai_core.backtesting.Candles`."""

    symbol: str
    timeframe: str
    digits: int
    rows_per_candle: int
    time_ns: list[BigInt]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]


class SlicePart(_Part):
    """As :class:`forexai_core.metrics.Slice`."""

    label: str
    trades: int
    wins: int
    losses: int
    net_profit: float
    gross_profit: float
    gross_loss: float
    win_rate: float | None
    profit_factor: float | None
    expectancy: float | None


class Document(_Part):
    """A saved result."""

    format: Literal["forexai.result"] = Field(alias="schema")
    schema_version: Literal[1]
    engine_version: str
    seed: BigInt
    account: AccountPart
    strategies: list[StrategyPart]
    data: list[DataPart]
    costs: list[CostPart]
    choices: dict[str, str]
    assumptions: dict[str, str]
    counts: dict[str, int]
    metrics: dict[str, int | float | None]
    breakdowns: dict[str, list[SlicePart]]
    interval: IntervalPart
    trials: TrialsPart | None
    input_fingerprint: Hex
    result_fingerprint: Hex
    trades: _Rows
    equity: _Rows
    attribution: list[AttributionPart] = []
    fills: _Rows
    candles: list[CandlesPart]
