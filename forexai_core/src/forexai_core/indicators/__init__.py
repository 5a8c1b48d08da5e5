"""Technical indicators, each as a batch function and as a streaming class that give the same bits.

``sma(close, 20)`` takes arrays and gives float64 arrays with NaN before the warm-up is over;
``Sma(20).update(x)`` takes one value at a time. Both call one compiled step.
:mod:`forexai_core.indicators.catalogue` lists all of them with their parameters.

The kernels need numba, which is slow to import, so the modules that hold them load when a name is first used.
Type checkers read the names from the stub beside this file.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Where each name lives, family by family; the stub lists the same.
_HOMES = {
    "averages.adaptive_averages": ("Kama", "Vidya", "kama", "vidya"),
    "averages.exponential_average": ("Ema", "ema"),
    "averages.repeated_averages": ("Dema", "Tema", "Trima", "dema", "tema", "trima"),
    "averages.simple_average": ("NO_SUM", "Sma", "sma", "sma_sum_points"),
    "averages.tillson_average": ("T3", "t3"),
    "averages.weighted_average": ("Wma", "wma"),
    "averages.wilder_average": ("Smma", "smma"),
    "averages.windowed_averages": ("Alma", "Hma", "Vwma", "Zlema", "alma", "hma", "vwma", "zlema"),
    "oscillators.awesome_oscillators": ("Accelerator", "Awesome", "accelerator", "awesome"),
    "oscillators.bar_oscillators": ("Bop", "ElderLines", "ElderRay", "bop", "elder_ray"),
    "oscillators.chande_momentum": ("Cmo", "cmo"),
    "oscillators.commodity_channel": ("Cci", "cci"),
    "oscillators.convergence": ("Macd", "MacdLines", "macd"),
    "oscillators.convergence_variants": ("MacdExtended", "MacdFixed", "macd_extended", "macd_fixed"),
    "oscillators.fisher_transform": ("Fisher", "FisherLines", "fisher"),
    "oscillators.intraday_momentum": ("IntradayMomentum", "intraday_momentum"),
    "oscillators.know_sure_thing": ("Dpo", "Kst", "KstLines", "dpo", "kst"),
    "oscillators.price_oscillators": ("Apo", "Ppo", "Trix", "apo", "ppo", "trix"),
    "oscillators.rates_of_change": (
        "Momentum", "Roc", "Rocp", "Rocr", "Rocr100", "momentum", "roc", "rocp", "rocr", "rocr100",
    ),
    "oscillators.relative_strength": ("Rsi", "rsi"),
    "oscillators.stochastic_oscillator": (
        "Stochastic", "StochasticFast", "StochasticLines", "stochastic", "stochastic_fast",
    ),
    "oscillators.stochastic_strength": ("ConnorsRsi", "StochasticRsi", "connors_rsi", "stochastic_rsi"),
    "oscillators.ultimate_oscillator": ("Ultimate", "ultimate"),
    "oscillators.williams_range": ("DeMarker", "WilliamsR", "demarker", "williams_r"),
    "trend.alligator_lines": ("Alligator", "AlligatorLines", "alligator"),
    "trend.aroon_indicator": ("Aroon", "AroonLines", "AroonOscillator", "aroon", "aroon_oscillator"),
    "trend.directional_movement": (
        "MinusDi", "MinusDm", "PlusDi", "PlusDm", "minus_di", "minus_dm", "plus_di", "plus_dm",
    ),
    "trend.ichimoku_cloud": ("Ichimoku", "IchimokuLines", "ichimoku"),
    "trend.parabolic": ("Sar", "sar"),
    "trend.parabolic_extended": ("SarExtended", "sar_extended"),
    "trend.super_trend": ("SuperTrend", "SuperTrendLines", "supertrend"),
    "trend.trend_strength": ("Adx", "AdxLines", "Adxr", "Dx", "adx", "adxr", "dx"),
    "trend.vortex_indicator": ("Vortex", "VortexLines", "vortex"),
    "volatility.bands": ("Bands",),
    "volatility.acceleration_bands": ("AccelerationBands", "acceleration_bands"),
    "volatility.bollinger_bands": ("Bollinger", "bollinger"),
    "volatility.choppiness_index": ("Choppiness", "choppiness"),
    "volatility.donchian_channel": ("Donchian", "donchian"),
    "volatility.envelopes_and_atr_bands": ("AtrBands", "Envelopes", "atr_bands", "envelopes"),
    "volatility.keltner_channel": ("Keltner", "keltner"),
    "volatility.mass_indicator": ("MassIndex", "mass_index"),
    "volatility.ranges": ("Atr", "Natr", "TrueRange", "atr", "natr", "true_range"),
    "volume.average_price_of_day": ("Vwap", "vwap"),
    "volume.balances": ("Ad", "Adosc", "Obv", "ad", "adosc", "obv"),
    "volume.money_flows": ("Cmf", "ForceIndex", "Mfi", "cmf", "force_index", "mfi"),
    "statistics.deviation": ("StandardDeviation", "Variance", "standard_deviation", "variance"),
    "statistics.mean_deviation": ("AverageDeviation", "average_deviation"),
    "statistics.hurst_exponent": ("Hurst", "hurst"),
    "statistics.regression": (
        "LinearRegression", "LinearRegressionAngle", "LinearRegressionIntercept", "LinearRegressionSlope",
        "TimeSeriesForecast", "linear_regression", "linear_regression_angle", "linear_regression_intercept",
        "linear_regression_slope", "time_series_forecast",
    ),
    "statistics.relations": ("Beta", "Correlation", "beta", "correlation"),
    "statistics.standing": ("PercentRank", "ZScore", "percent_rank", "z_score"),
    "cycles.cycle_phase": ("HtDcPhase", "HtSine", "HtTrendMode", "SineLines", "ht_dcphase", "ht_sine", "ht_trendmode"),
    "cycles.dominant_cycle": (
        "HtDcPeriod", "HtPhasor", "Mama", "MamaLines", "PhasorLines", "ht_dcperiod", "ht_phasor", "mama",
    ),
    "cycles.trend_line": ("HtTrendline", "ht_trendline"),
    "levels.extremes": ("Highest", "Lowest", "highest", "lowest"),
    "levels.midpoints": ("Midpoint", "Midprice", "midpoint", "midprice"),
    "levels.period_ranges": ("PeriodRange", "PreviousDay", "PreviousWeek", "previous_day", "previous_week"),
    "levels.pivots": ("FloorPivots", "PivotLevels", "floor_pivots"),
    "levels.sessions": (
        "ASIA", "LONDON", "NEW_YORK", "AsiaSession", "LondonSession", "NewYorkSession", "Session",
        "SessionLevels", "asia_session", "london_session", "new_york_session", "session_levels",
    ),
    "levels.swings": ("SwingLevels", "SwingPivots", "swing_pivots"),
    "zones.support_resistance": ("SupportResistance", "ZoneLevels", "support_resistance"),
    "transforms.bar_prices": (
        "AveragePrice", "MedianPrice", "TypicalPrice", "WeightedPrice", "average_price", "median_price",
        "typical_price", "weighted_price",
    ),
    "transforms.heikin_ashi_bars": ("HeikinAshi", "HeikinAshiLines", "heikin_ashi"),
    "candlestick_patterns.batch": ("candlesticks",),
    "candlestick_patterns.dojis": (
        "doji", "doji_star", "dragonfly_doji", "gravestone_doji", "long_legged_doji", "rickshaw_man", "takuri",
        "tristar",
    ),
    "candlestick_patterns.hikkakes": ("hikkake", "modified_hikkake"),
    "candlestick_patterns.long_patterns": (
        "breakaway", "concealing_baby_swallow", "ladder_bottom", "mat_hold", "rising_falling_three_methods",
    ),
    "candlestick_patterns.settings": ("DEFAULT_CANDLES", "CandleSetting", "CandleSettings"),
    "candlestick_patterns.single_candles": (
        "belt_hold", "closing_marubozu", "hammer", "hanging_man", "high_wave", "inverted_hammer", "long_line",
        "marubozu", "shooting_star", "short_line", "spinning_top",
    ),
    "candlestick_patterns.soldiers_and_crows": (
        "advance_block", "identical_three_crows", "stalled_pattern", "three_black_crows",
        "three_white_soldiers", "two_crows", "upside_gap_two_crows",
    ),
    "candlestick_patterns.stars": (
        "abandoned_baby", "evening_doji_star", "evening_star", "morning_doji_star", "morning_star",
    ),
    "candlestick_patterns.streaming_search": ("Candlesticks",),
    "candlestick_patterns.three_candles": (
        "gap_side_by_side_white", "stick_sandwich", "tasuki_gap", "three_inside", "three_line_strike",
        "three_outside", "three_stars_in_the_south", "unique_three_river", "up_down_gap_three_methods",
    ),
    "candlestick_patterns.two_candles": (
        "counterattack", "dark_cloud_cover", "engulfing", "harami", "harami_cross", "homing_pigeon", "in_neck",
        "kicking", "kicking_by_length", "matching_low", "on_neck", "piercing", "separating_lines", "thrusting",
    ),
    "catalogue": ("find_indicator",),
    "parameters": ("ParameterSpec",),
    "specification": ("BoundIndicator", "IndicatorSpec"),
    "streaming": ("StreamingIndicator",),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
