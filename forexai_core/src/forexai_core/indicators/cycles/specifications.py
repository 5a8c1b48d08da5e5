"""What the catalogue knows of the cycles."""

from __future__ import annotations

from forexai_core.indicators.cycles.cycle_phase import (
    HtDcPhase,
    HtSine,
    HtTrendMode,
    SineLines,
    ht_dcphase,
    ht_sine,
    ht_trendmode,
)
from forexai_core.indicators.cycles.dominant_cycle import (
    HtDcPeriod,
    HtPhasor,
    Mama,
    MamaLines,
    PhasorLines,
    ht_dcperiod,
    ht_phasor,
    mama,
)
from forexai_core.indicators.cycles.trend_line import HtTrendline, ht_trendline
from forexai_core.indicators.parameters import factor
from forexai_core.indicators.specification import IndicatorSpec

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="ht_dcperiod", title="Hilbert transform: period of the dominant cycle", inputs=("close",), source="close",
        outputs=("ht_dcperiod",), main_output="ht_dcperiod",
        batch=ht_dcperiod, streaming=HtDcPeriod,
        warmup=lambda: 32,
    ),
    IndicatorSpec(
        name="ht_phasor", title="Hilbert transform: phasor", inputs=("close",), source="close",
        outputs=PhasorLines._fields, main_output="in_phase",
        batch=ht_phasor, streaming=HtPhasor,
        warmup=lambda: 32,
    ),
    IndicatorSpec(
        name="mama", title="MESA adaptive moving average", inputs=("close",), source="close",
        parameters=(factor(0.5, "fast_limit", "Largest weight"), factor(0.05, "slow_limit", "Smallest weight")),
        outputs=MamaLines._fields, main_output="mama", overlay=True,
        batch=mama, streaming=Mama,
        warmup=lambda fast_limit, slow_limit: 32,  # noqa: ARG005
    ),
    IndicatorSpec(
        name="ht_dcphase", title="Hilbert transform: phase of the dominant cycle", inputs=("close",), source="close",
        outputs=("ht_dcphase",), main_output="ht_dcphase",
        batch=ht_dcphase, streaming=HtDcPhase,
        warmup=lambda: 63,
    ),
    IndicatorSpec(
        name="ht_sine", title="Hilbert transform: sine wave", inputs=("close",), source="close",
        outputs=SineLines._fields, main_output="sine",
        batch=ht_sine, streaming=HtSine,
        warmup=lambda: 63,
    ),
    IndicatorSpec(
        name="ht_trendmode", title="Hilbert transform: trend mode", inputs=("close",), source="close",
        outputs=("ht_trendmode",), main_output="ht_trendmode",
        batch=ht_trendmode, streaming=HtTrendMode,
        warmup=lambda: 63,
    ),
    IndicatorSpec(
        name="ht_trendline", title="Hilbert transform: instantaneous trendline", inputs=("close",), source="close",
        outputs=("ht_trendline",), main_output="ht_trendline", overlay=True,
        batch=ht_trendline, streaming=HtTrendline,
        warmup=lambda: 63,
    ),
)  # fmt: skip
