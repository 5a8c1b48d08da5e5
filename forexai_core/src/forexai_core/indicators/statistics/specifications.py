"""What the catalogue knows of the statistics."""

from __future__ import annotations

from forexai_core.indicators.parameters import CLOSE, length
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.statistics.deviation import StandardDeviation, Variance, standard_deviation, variance

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="standard_deviation", title="Standard deviation", inputs=CLOSE, source="close",
        parameters=(length(20),), outputs=("standard_deviation",), main_output="standard_deviation",
        batch=standard_deviation, streaming=StandardDeviation, warmup=lambda period: period - 1,
        aliases=("stddev", "stdev"),
    ),
    IndicatorSpec(
        name="variance", title="Variance", inputs=CLOSE, source="close", parameters=(length(20),),
        outputs=("variance",), main_output="variance", batch=variance, streaming=Variance,
        warmup=lambda period: period - 1, aliases=("var",),
    ),
)  # fmt: skip
