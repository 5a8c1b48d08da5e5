"""Strategies written as a class."""

from __future__ import annotations

from typing import ClassVar

from forexai_core.ports.strategy import StrategyForm
from forexai_core.strategies.context import Context
from forexai_core.strategies.parameters import Parametric
from forexai_core.values.orders import Deal, OrderState

__all__ = ["Strategy"]

_HOOKS = ("start", "on_bar", "on_tick", "on_order", "on_fill", "stop")


class Strategy(Parametric):
    """A strategy that is asked at every bar, in Python.

    Annotated fields are its parameters, given by keyword and frozen; every other attribute is free state. A run works
    on a copy, one for each symbol, so that two runs never share state.

    Examples
    --------
    >>> class Breakout(Strategy):
    ...     lookback: int = Param(20, ge=2, le=500)
    ...
    ...     def on_bar(self, ctx: Context) -> None:
    ...         if ctx.bars.close[-1] > ctx.indicator("highest", self.lookback)[-2]:
    ...             ctx.buy(volume_lots=0.1, stop_loss_pips=30)
    """

    form: ClassVar[StrategyForm] = StrategyForm.CLASS

    def start(self, ctx: Context) -> None:
        """Prepare; called once, before the first bar. No price is known yet."""

    def on_bar(self, ctx: Context) -> None:
        """Decide; called at the close of every bar."""

    def on_tick(self, ctx: Context) -> None:
        """Decide; called at every tick of a run on ticks."""

    def on_order(self, ctx: Context, order: OrderState) -> None:
        """Take note of a pending order that was placed, changed, filled, cancelled or has expired."""

    def on_fill(self, ctx: Context, deal: Deal) -> None:
        """Take note of a deal: an entry, an exit, a stop."""

    def stop(self, ctx: Context) -> None:
        """Finish; called once, after the last bar. What is asked for here is not executed."""

    @classmethod
    def hooks(cls) -> frozenset[str]:
        """Name the hooks that the class fills in; the others need not be called."""
        return frozenset(name for name in _HOOKS if getattr(cls, name) is not getattr(Strategy, name))
