"""Strategies: class, vector and compiled forms, rules as data, and ready-made templates.

The four forms stand on one interface to the ledger: a class is asked at every bar through a :class:`Context`; the
others make a program (``strategy.program(bars)``) that the batch drive runs. Compiled code and the models of rules load
when they are first needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from forexai_core.strategies.compiled import CompiledStrategy, compiled_strategy
from forexai_core.strategies.context import Context, open_contexts
from forexai_core.strategies.exits import Exits
from forexai_core.strategies.intents import EXIT_ALL, EXIT_LONG, EXIT_SHORT, Intents
from forexai_core.strategies.management import Management
from forexai_core.strategies.notices import Notices
from forexai_core.strategies.parameters import Param, Parametric, ParamSpec
from forexai_core.strategies.requests import Asked
from forexai_core.strategies.series import Cursor, IndicatorSeries, Series
from forexai_core.strategies.shipped import (
    AtrTrend,
    BollingerReversion,
    DonchianBreakout,
    EmaCross,
    MacdCross,
    RsiReversion,
    SessionBreakout,
    SmaCross,
    Template,
    templates,
)
from forexai_core.strategies.strategy import Strategy
from forexai_core.strategies.vector import VectorStrategy, vector_strategy
from forexai_core.strategies.views import BarsView, OpenPosition, PendingOrder, TicksView

if TYPE_CHECKING:
    from forexai_core.strategies.rules import Rules

__all__ = [
    "EXIT_ALL",
    "EXIT_LONG",
    "EXIT_SHORT",
    "Asked",
    "AtrTrend",
    "BarsView",
    "BollingerReversion",
    "CompiledStrategy",
    "Context",
    "Cursor",
    "DonchianBreakout",
    "EmaCross",
    "Exits",
    "IndicatorSeries",
    "Intents",
    "MacdCross",
    "Management",
    "Notices",
    "OpenPosition",
    "Param",
    "ParamSpec",
    "Parametric",
    "PendingOrder",
    "RsiReversion",
    "Rules",
    "Series",
    "SessionBreakout",
    "SmaCross",
    "Strategy",
    "Template",
    "TicksView",
    "VectorStrategy",
    "compiled_strategy",
    "open_contexts",
    "templates",
    "vector_strategy",
]


def __getattr__(name: str) -> Any:
    if name != "Rules":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = import_module(f"{__name__}.rules").Rules
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
