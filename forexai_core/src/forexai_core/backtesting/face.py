"""What the writers of text, files and reports may ask of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from forexai_core.backtesting.attribution import Attribution
from forexai_core.backtesting.candles import Candles
from forexai_core.backtesting.records import CostUsed, DataUsed, Interval, StrategyUsed, TrialsCount
from forexai_core.metrics import Figures, Slice
from forexai_core.values.accounts import Account

__all__ = ["ResultFace"]


class ResultFace(Protocol):
    """The attributes of :class:`forexai_core.backtesting.Result`, without its way of working them out."""

    @property
    def trades(self) -> NDArray[Any]:
        """(trades,) TRADE."""
        ...

    @property
    def equity(self) -> NDArray[Any]:
        """(rows,) EQUITY."""
        ...

    @property
    def fills(self) -> NDArray[Any]:
        """(deals,) FILL."""
        ...

    @property
    def account(self) -> Account:
        """As it began."""
        ...

    @property
    def strategies(self) -> Sequence[StrategyUsed]:
        """What traded."""
        ...

    @property
    def data(self) -> Sequence[DataUsed]:
        """What it read."""
        ...

    @property
    def costs(self) -> Sequence[CostUsed]:
        """What was charged."""
        ...

    @property
    def choices(self) -> Mapping[str, str]:
        """Rules that another run might choose otherwise."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """What happened beside trades."""
        ...

    @property
    def seed(self) -> int:
        """Of everything random."""
        ...

    @property
    def engine_version(self) -> str:
        """Version of forexai-core."""
        ...

    @property
    def metrics(self) -> Figures:
        """Figures by name."""
        ...

    @property
    def attribution(self) -> Mapping[str, Attribution]:
        """What each strategy made."""
        ...

    @property
    def breakdowns(self) -> Mapping[str, Sequence[Slice]]:
        """Trades by hour, weekday, session, month, symbol, side."""
        ...

    @property
    def interval(self) -> Interval:
        """Between which net profits the result lies."""
        ...

    @property
    def trials_count(self) -> TrialsCount | None:
        """How often the idea has been tried."""
        ...

    @property
    def assumptions(self) -> Mapping[str, str]:
        """Lines for people."""
        ...

    @property
    def input_fingerprint(self) -> str:
        """Of what went in; hex."""
        ...

    @property
    def result_fingerprint(self) -> str:
        """Of what came out; hex."""
        ...

    @property
    def start_ns(self) -> int:
        """When the data begins."""
        ...

    @property
    def end_ns(self) -> int:
        """When the data ends."""
        ...

    @property
    def strategy_name(self) -> str:
        """Names of the strategies, joined."""
        ...

    @property
    def trades_at_weekends(self) -> bool:
        """Whether any of the markets does."""
        ...

    def candles(self, at_most: int = 5_000) -> Mapping[str, Candles]:
        """Prices for a chart, by symbol."""
        ...
