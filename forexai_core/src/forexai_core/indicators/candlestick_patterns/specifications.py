"""What the catalogue knows of candlestick patterns."""

from __future__ import annotations

from forexai_core.indicators.candlestick_patterns.columns import float_column, stream_class
from forexai_core.indicators.candlestick_patterns.pattern import Pattern
from forexai_core.indicators.candlestick_patterns.registry import PATTERNS
from forexai_core.indicators.candlestick_patterns.search import COLUMNS
from forexai_core.indicators.candlestick_patterns.settings import DEFAULT_CANDLES
from forexai_core.indicators.parameters import ParameterSpec
from forexai_core.indicators.specification import IndicatorSpec

__all__ = ["SPECIFICATIONS"]


def _specification(pattern: Pattern) -> IndicatorSpec:
    share, lookback = pattern.penetration, pattern.lookback(DEFAULT_CANDLES)
    penetration = ParameterSpec(
        name="penetration",
        title="Penetration, share of the body",
        kind="float",
        default=share or 0.0,
        minimum=0.0,
        maximum=10.0,
    )
    return IndicatorSpec(
        name=pattern.name,
        title=f"{pattern.title} (candlestick pattern)",
        summary=pattern.summary,
        inputs=COLUMNS,
        parameters=() if share is None else (penetration,),
        outputs=(pattern.name,),
        main_output=pattern.name,
        batch=float_column(pattern),
        streaming=stream_class(pattern),
        warmup=lambda **_parameters: lookback,
        aliases=pattern.aliases,
    )


SPECIFICATIONS = tuple(_specification(pattern) for pattern in PATTERNS.values())
