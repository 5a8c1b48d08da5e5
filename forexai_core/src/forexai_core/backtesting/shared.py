"""What the runs over the same inputs share, worked out once: of a short run it would be the greater part."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from operator import is_
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.assembly import Span, choices_of, cost_lines, data_used, hours_of
from forexai_core.backtesting.inputs import Inputs, InputsText, Prices
from forexai_core.backtesting.records import CostUsed, DataUsed
from forexai_core.engine.preparation.setup import Setup, prepare
from forexai_core.metrics import DailyEquity, MarketHours, daily_rows
from forexai_core.values.ticks import Ticks

__all__ = ["Days", "Shared", "prepared", "shared_by"]


class Days:
    """Which rows of the equity curve end a trading day."""

    def __init__(self, *, trades_at_weekends: bool) -> None:
        self.at_weekends = trades_at_weekends
        self._found: tuple[int, NDArray[Any], NDArray[Any]] | None = None
        self._lock = Lock()

    def equity(self, times: NDArray[np.int64], values: NDArray[np.float64]) -> DailyEquity:
        """Sample a curve whose rows hold at the ends of the same prices, as many of them as there are rows."""
        with self._lock:
            if self._found is None or self._found[0] != len(times):
                self._found = (len(times), *daily_rows(times, trades_at_weekends=self.at_weekends))
            _, days, rows = self._found
        return DailyEquity(days, values[rows])


@attrs.frozen(kw_only=True, eq=False)
class Shared:
    """What follows from the inputs of a run alone, whatever the strategy.

    It holds on to columns, but to none of the prices themselves, so that it lives no longer than they do.

    Attributes
    ----------
    layout : Setup
        Without its series.
    text : InputsText
        What the fingerprint says of the inputs.
    data, costs, choices
        As a result shows them.
    days : Days
        For curves over these prices.
    """

    layout: Setup
    text: InputsText
    data: tuple[DataUsed, ...]
    costs: tuple[CostUsed, ...]
    choices: Mapping[str, str]
    days: Days
    _spans: tuple[Span, ...]

    @classmethod
    def of(cls, inputs: Inputs, sleeves: int = 0) -> Shared:
        """Work it out, for one strategy or for so many sleeves."""
        layout = prepared(inputs, sleeves)
        data = data_used(inputs.prices)
        return cls(
            layout=attrs.evolve(layout, series=()),
            text=inputs.text(),
            data=data,
            costs=cost_lines(layout.costs, inputs.account.currency, inputs.finer),
            choices=choices_of(inputs),
            days=Days(trades_at_weekends=any(each.trades_at_weekends for each in data)),
            spans=tuple(
                (item.time_ns, None if isinstance(item, Ticks) else item.end_ns) for item in inputs.prices.values()
            ),
        )

    def setup(self, inputs: Inputs) -> Setup:
        """Give the layout with the prices that it was made of."""
        return attrs.evolve(self.layout, series=tuple(inputs.prices.values()))

    @cached_property
    def hours(self) -> MarketHours:
        """When any of the markets was open."""
        return hours_of(self._spans)

    @cached_property
    def start_ns(self) -> int:
        """When the first price opened."""
        return min(each.start_ns for each in self.data)

    @cached_property
    def end_ns(self) -> int:
        """When the last price ended."""
        return max(each.end_ns for each in self.data)


def prepared(inputs: Inputs, sleeves: int = 0) -> Setup:
    """Lay out a run, for one strategy or for so many sleeves."""
    return prepare(
        inputs.prices,
        account=inputs.account,
        costs=inputs.costs,
        rates=inputs.rates,
        finer=inputs.finer,
        limit_fill_open=inputs.limit_fill == "open",
        max_age_ns=inputs.max_age_ns,
        conditions=inputs.conditions,
        sleeves=sleeves,
    )


_KEPT: WeakKeyDictionary[Prices, tuple[tuple[object, ...], Shared]] = WeakKeyDictionary()
"""Of each series of prices what its last run left, with the values that it was made of."""


def _made_of(inputs: Inputs) -> tuple[object, ...] | None:
    """Give all that counts besides the prices; None where too much memory would be kept, or it cannot be told apart."""
    conditions = inputs.conditions
    if len(inputs.prices) != 1 or inputs.finer or inputs.rates or conditions.holidays or conditions.models_paths:
        return None
    (costs,) = inputs.costs.values()
    if costs.spread_model is not None or costs.slippage_model is not None:
        return None
    return (
        *(inputs.account, costs, inputs.limit_fill, inputs.max_age_ns, inputs.jump_points),
        *(conditions.sessions, conditions.path, conditions.seed, conditions.execution),
    )


def shared_by(inputs: Inputs) -> Shared:
    """Give what runs over these inputs share: of the run before where it had the same ones, the very same objects.

    All of them are immutable. Equal ones are not enough: 1 and 1.0 are equal, and written differently.
    """
    parts = _made_of(inputs)
    if parts is None:
        return Shared.of(inputs)
    (prices,) = inputs.prices.values()
    kept = _KEPT.get(prices)
    if kept is not None and all(map(is_, kept[0], parts)):
        return kept[1]
    made = Shared.of(inputs)
    _KEPT[prices] = parts, made
    return made
