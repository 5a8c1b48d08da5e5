"""Strategies: what decides to trade."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.offers import Offer

__all__ = ["StrategyForm", "StrategyOffer", "TradingStrategy"]


class StrategyForm(StrEnum):
    """How a strategy is written."""

    CLASS = "class"
    VECTOR = "vector"
    COMPILED = "compiled"
    RULES = "rules"


@runtime_checkable
class TradingStrategy(Protocol):
    """A strategy with its parameters, ready to be run by a backtest or a session.

    A run copies it, so that two runs never share state. What else it must have depends on its form:
    see ``forexai_core.strategies``.
    """

    @property
    def name(self) -> str:
        """Name for people and for the record of trials."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters that it runs with."""
        ...


@attrs.frozen(kw_only=True)
class StrategyOffer(Offer[TradingStrategy]):
    """A strategy; its settings are its parameters.

    Attributes
    ----------
    form : StrategyForm
        How it is written.
    tags : frozenset of str
        Words to find it by: ``trend``, ``reversion``, ``breakout``.
    """

    kind: ClassVar[str] = "strategy"

    form: StrategyForm = attrs.field(default=StrategyForm.CLASS, converter=StrategyForm)
    tags: frozenset[str] = frozenset()
