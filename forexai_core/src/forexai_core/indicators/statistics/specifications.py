"""What the catalogue knows of the statistics."""

from __future__ import annotations

from forexai_core.indicators.specification import specify
from forexai_core.indicators.statistics.deviation import StandardDeviation, Variance
from forexai_core.indicators.statistics.hurst_exponent import Hurst
from forexai_core.indicators.statistics.mean_deviation import AverageDeviation
from forexai_core.indicators.statistics.regression import (
    LinearRegression,
    LinearRegressionAngle,
    LinearRegressionIntercept,
    LinearRegressionSlope,
    TimeSeriesForecast,
)
from forexai_core.indicators.statistics.relations import Beta, Correlation
from forexai_core.indicators.statistics.standing import PercentRank, ZScore

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    StandardDeviation,
    AverageDeviation,
    Variance,
    LinearRegression,
    LinearRegressionSlope,
    LinearRegressionIntercept,
    TimeSeriesForecast,
    LinearRegressionAngle,
    Hurst,
    Correlation,
    Beta,
    ZScore,
    PercentRank,
)
