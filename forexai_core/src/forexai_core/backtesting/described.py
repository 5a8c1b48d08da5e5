"""What runs and records say of a strategy."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Hashable
from functools import lru_cache
from typing import Any, cast

import attrs

from forexai_core.backtesting.records import StrategyUsed
from forexai_core.engine.deciding.footprint import footprint
from forexai_core.errors import ConfigError
from forexai_core.ports.strategy import StrategyForm
from forexai_core.strategies.parameters import Parametric

__all__ = ["checked_strategy", "described", "strategy_used"]


_SAID = tuple(field.name for field in attrs.fields(StrategyUsed) if field.name not in {"sleeve", "symbol", "timeframe"})
"""What a strategy is by itself, wherever it runs."""


def checked_strategy(strategy: Any) -> Any:
    """Give a strategy that can be run.

    Raises
    ------
    ConfigError
        If it is none.
    """
    if isinstance(strategy, type):
        raise ConfigError(
            f"Pass a strategy with its parameters, {strategy.__name__}(…), not the class {strategy.__name__}."
        )
    if isinstance(strategy, Parametric) or hasattr(strategy, "program"):
        return strategy
    raise ConfigError(
        f"{type(strategy).__name__} is no strategy. Write a class of fx.Strategy, use @fx.vector_strategy or "
        "@fx.compiled_strategy, load fx.Rules, or take one of fx.strategies."
    )


def strategy_used(strategy: Any) -> StrategyUsed:
    """Describe a strategy as results do."""
    return StrategyUsed(
        name=strategy.name,
        form=str(strategy.form),
        parameters=strategy.parameters,
        title=getattr(strategy, "title", ""),
    )


@lru_cache(maxsize=256)
def _source_hash(kind: Hashable) -> str | None:
    """Hash the text of a strategy's class or function; None where there is none to read, as in a prompt."""
    try:
        text = inspect.getsource(inspect.unwrap(cast("type", kind)))
    except (OSError, TypeError):
        return None
    return hashlib.sha256(text.encode()).hexdigest()


def described(strategy: Any) -> dict[str, Any]:
    """Describe a strategy for the fingerprint of a run, with its source and all that a compiled step reaches."""
    used = strategy_used(strategy)
    said = {name: getattr(used, name) for name in _SAID}
    said |= {"parameters": dict(used.parameters), "source": _source_hash(cast("Hashable", type(strategy)))}
    step = getattr(strategy, "_function", None) if used.form == StrategyForm.COMPILED else None
    return said if step is None else said | {"reaches": footprint(step).source}
