"""What the catalogue knows of the statistics."""

from __future__ import annotations

from forexai_core.indicators.parameters import CLOSE, length
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.statistics.deviation import StandardDeviation, Variance, standard_deviation, variance
from forexai_core.indicators.statistics.regression import (
    LinearRegression,
    LinearRegressionAngle,
    LinearRegressionIntercept,
    LinearRegressionSlope,
    TimeSeriesForecast,
    linear_regression,
    linear_regression_angle,
    linear_regression_intercept,
    linear_regression_slope,
    time_series_forecast,
)
from forexai_core.indicators.statistics.relations import Beta, Correlation, beta, correlation
from forexai_core.indicators.statistics.standing import PercentRank, ZScore, percent_rank, z_score

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
    IndicatorSpec(
        name="linear_regression", title="Linear regression", inputs=("close",), source="close",
        parameters=(length(14, minimum=2),),
        outputs=("linear_regression",), main_output="linear_regression", overlay=True,
        batch=linear_regression, streaming=LinearRegression,
        warmup=lambda period: period - 1,
        aliases=("linearreg", "lsma"),
    ),
    IndicatorSpec(
        name="linear_regression_slope", title="Linear regression slope", inputs=("close",), source="close",
        parameters=(length(14, minimum=2),),
        outputs=("linear_regression_slope",), main_output="linear_regression_slope",
        batch=linear_regression_slope, streaming=LinearRegressionSlope,
        warmup=lambda period: period - 1,
        aliases=("linearreg_slope",),
    ),
    IndicatorSpec(
        name="linear_regression_intercept", title="Linear regression intercept", inputs=("close",), source="close",
        parameters=(length(14, minimum=2),),
        outputs=("linear_regression_intercept",), main_output="linear_regression_intercept", overlay=True,
        batch=linear_regression_intercept, streaming=LinearRegressionIntercept,
        warmup=lambda period: period - 1,
        aliases=("linearreg_intercept",),
    ),
    IndicatorSpec(
        name="time_series_forecast", title="Time series forecast", inputs=("close",), source="close",
        parameters=(length(14, minimum=2),),
        outputs=("time_series_forecast",), main_output="time_series_forecast", overlay=True,
        batch=time_series_forecast, streaming=TimeSeriesForecast,
        warmup=lambda period: period - 1,
        aliases=("tsf",),
    ),
    IndicatorSpec(
        name="linear_regression_angle", title="Linear regression angle", inputs=("close",), source="close",
        parameters=(length(14, minimum=2),),
        outputs=("linear_regression_angle",), main_output="linear_regression_angle",
        batch=linear_regression_angle, streaming=LinearRegressionAngle,
        warmup=lambda period: period - 1,
        aliases=("linearreg_angle",),
    ),
    IndicatorSpec(
        name="correlation", title="Correlation", inputs=("high", "low"),
        parameters=(length(30),),
        outputs=("correlation",), main_output="correlation", arguments=("first", "second"),
        batch=correlation, streaming=Correlation,
        warmup=lambda period: period - 1,
        aliases=("correl", "pearson"),
    ),
    IndicatorSpec(
        name="beta", title="Beta", inputs=("high", "low"),
        parameters=(length(5),),
        outputs=("beta",), main_output="beta", arguments=("first", "second"),
        batch=beta, streaming=Beta,
        warmup=lambda period: period,
    ),
    IndicatorSpec(
        name="z_score", title="Z-score", inputs=("close",), source="close",
        parameters=(length(20, minimum=2),),
        outputs=("z_score",), main_output="z_score",
        batch=z_score, streaming=ZScore,
        warmup=lambda period: period - 1,
        aliases=("zscore",),
    ),
    IndicatorSpec(
        name="percent_rank", title="Percent rank", inputs=("close",), source="close",
        parameters=(length(100),),
        outputs=("percent_rank",), main_output="percent_rank",
        batch=percent_rank, streaming=PercentRank,
        warmup=lambda period: period,
        aliases=("percentrank",),
    ),
)  # fmt: skip
