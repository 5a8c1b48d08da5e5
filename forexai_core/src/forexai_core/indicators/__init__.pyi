from forexai_core.indicators.averages.exponential_average import Ema as Ema
from forexai_core.indicators.averages.exponential_average import ema as ema
from forexai_core.indicators.averages.simple_average import NO_SUM as NO_SUM
from forexai_core.indicators.averages.simple_average import Sma as Sma
from forexai_core.indicators.averages.simple_average import sma as sma
from forexai_core.indicators.averages.simple_average import sma_sum_points as sma_sum_points
from forexai_core.indicators.averages.weighted_average import Wma as Wma
from forexai_core.indicators.averages.weighted_average import wma as wma
from forexai_core.indicators.candlestick_patterns.batch import candlesticks as candlesticks
from forexai_core.indicators.candlestick_patterns.dojis import doji as doji
from forexai_core.indicators.candlestick_patterns.dojis import doji_star as doji_star
from forexai_core.indicators.candlestick_patterns.dojis import dragonfly_doji as dragonfly_doji
from forexai_core.indicators.candlestick_patterns.dojis import gravestone_doji as gravestone_doji
from forexai_core.indicators.candlestick_patterns.dojis import long_legged_doji as long_legged_doji
from forexai_core.indicators.candlestick_patterns.dojis import rickshaw_man as rickshaw_man
from forexai_core.indicators.candlestick_patterns.dojis import takuri as takuri
from forexai_core.indicators.candlestick_patterns.dojis import tristar as tristar
from forexai_core.indicators.candlestick_patterns.hikkakes import hikkake as hikkake
from forexai_core.indicators.candlestick_patterns.hikkakes import modified_hikkake as modified_hikkake
from forexai_core.indicators.candlestick_patterns.long_patterns import breakaway as breakaway
from forexai_core.indicators.candlestick_patterns.long_patterns import (
    concealing_baby_swallow as concealing_baby_swallow,
)
from forexai_core.indicators.candlestick_patterns.long_patterns import ladder_bottom as ladder_bottom
from forexai_core.indicators.candlestick_patterns.long_patterns import mat_hold as mat_hold
from forexai_core.indicators.candlestick_patterns.long_patterns import (
    rising_falling_three_methods as rising_falling_three_methods,
)
from forexai_core.indicators.candlestick_patterns.settings import DEFAULT_CANDLES as DEFAULT_CANDLES
from forexai_core.indicators.candlestick_patterns.settings import CandleSetting as CandleSetting
from forexai_core.indicators.candlestick_patterns.settings import CandleSettings as CandleSettings
from forexai_core.indicators.candlestick_patterns.single_candles import belt_hold as belt_hold
from forexai_core.indicators.candlestick_patterns.single_candles import closing_marubozu as closing_marubozu
from forexai_core.indicators.candlestick_patterns.single_candles import hammer as hammer
from forexai_core.indicators.candlestick_patterns.single_candles import hanging_man as hanging_man
from forexai_core.indicators.candlestick_patterns.single_candles import high_wave as high_wave
from forexai_core.indicators.candlestick_patterns.single_candles import inverted_hammer as inverted_hammer
from forexai_core.indicators.candlestick_patterns.single_candles import long_line as long_line
from forexai_core.indicators.candlestick_patterns.single_candles import marubozu as marubozu
from forexai_core.indicators.candlestick_patterns.single_candles import shooting_star as shooting_star
from forexai_core.indicators.candlestick_patterns.single_candles import short_line as short_line
from forexai_core.indicators.candlestick_patterns.single_candles import spinning_top as spinning_top
from forexai_core.indicators.candlestick_patterns.soldiers_and_crows import advance_block as advance_block
from forexai_core.indicators.candlestick_patterns.soldiers_and_crows import (
    identical_three_crows as identical_three_crows,
)
from forexai_core.indicators.candlestick_patterns.soldiers_and_crows import stalled_pattern as stalled_pattern
from forexai_core.indicators.candlestick_patterns.soldiers_and_crows import three_black_crows as three_black_crows
from forexai_core.indicators.candlestick_patterns.soldiers_and_crows import three_white_soldiers as three_white_soldiers
from forexai_core.indicators.candlestick_patterns.soldiers_and_crows import two_crows as two_crows
from forexai_core.indicators.candlestick_patterns.soldiers_and_crows import upside_gap_two_crows as upside_gap_two_crows
from forexai_core.indicators.candlestick_patterns.stars import abandoned_baby as abandoned_baby
from forexai_core.indicators.candlestick_patterns.stars import evening_doji_star as evening_doji_star
from forexai_core.indicators.candlestick_patterns.stars import evening_star as evening_star
from forexai_core.indicators.candlestick_patterns.stars import morning_doji_star as morning_doji_star
from forexai_core.indicators.candlestick_patterns.stars import morning_star as morning_star
from forexai_core.indicators.candlestick_patterns.streaming_search import Candlesticks as Candlesticks
from forexai_core.indicators.candlestick_patterns.three_candles import gap_side_by_side_white as gap_side_by_side_white
from forexai_core.indicators.candlestick_patterns.three_candles import stick_sandwich as stick_sandwich
from forexai_core.indicators.candlestick_patterns.three_candles import tasuki_gap as tasuki_gap
from forexai_core.indicators.candlestick_patterns.three_candles import three_inside as three_inside
from forexai_core.indicators.candlestick_patterns.three_candles import three_line_strike as three_line_strike
from forexai_core.indicators.candlestick_patterns.three_candles import three_outside as three_outside
from forexai_core.indicators.candlestick_patterns.three_candles import (
    three_stars_in_the_south as three_stars_in_the_south,
)
from forexai_core.indicators.candlestick_patterns.three_candles import unique_three_river as unique_three_river
from forexai_core.indicators.candlestick_patterns.three_candles import (
    up_down_gap_three_methods as up_down_gap_three_methods,
)
from forexai_core.indicators.candlestick_patterns.two_candles import counterattack as counterattack
from forexai_core.indicators.candlestick_patterns.two_candles import dark_cloud_cover as dark_cloud_cover
from forexai_core.indicators.candlestick_patterns.two_candles import engulfing as engulfing
from forexai_core.indicators.candlestick_patterns.two_candles import harami as harami
from forexai_core.indicators.candlestick_patterns.two_candles import harami_cross as harami_cross
from forexai_core.indicators.candlestick_patterns.two_candles import homing_pigeon as homing_pigeon
from forexai_core.indicators.candlestick_patterns.two_candles import in_neck as in_neck
from forexai_core.indicators.candlestick_patterns.two_candles import kicking as kicking
from forexai_core.indicators.candlestick_patterns.two_candles import kicking_by_length as kicking_by_length
from forexai_core.indicators.candlestick_patterns.two_candles import matching_low as matching_low
from forexai_core.indicators.candlestick_patterns.two_candles import on_neck as on_neck
from forexai_core.indicators.candlestick_patterns.two_candles import piercing as piercing
from forexai_core.indicators.candlestick_patterns.two_candles import separating_lines as separating_lines
from forexai_core.indicators.candlestick_patterns.two_candles import thrusting as thrusting
from forexai_core.indicators.catalogue import find_indicator as find_indicator
from forexai_core.indicators.levels.extremes import Highest as Highest
from forexai_core.indicators.levels.extremes import Lowest as Lowest
from forexai_core.indicators.levels.extremes import highest as highest
from forexai_core.indicators.levels.extremes import lowest as lowest
from forexai_core.indicators.levels.pivots import FloorPivots as FloorPivots
from forexai_core.indicators.levels.pivots import PivotLevels as PivotLevels
from forexai_core.indicators.levels.pivots import floor_pivots as floor_pivots
from forexai_core.indicators.levels.swings import SwingLevels as SwingLevels
from forexai_core.indicators.levels.swings import SwingPivots as SwingPivots
from forexai_core.indicators.levels.swings import swing_pivots as swing_pivots
from forexai_core.indicators.oscillators.commodity_channel import Cci as Cci
from forexai_core.indicators.oscillators.commodity_channel import cci as cci
from forexai_core.indicators.oscillators.convergence import Macd as Macd
from forexai_core.indicators.oscillators.convergence import MacdLines as MacdLines
from forexai_core.indicators.oscillators.convergence import macd as macd
from forexai_core.indicators.oscillators.rates_of_change import Momentum as Momentum
from forexai_core.indicators.oscillators.rates_of_change import Roc as Roc
from forexai_core.indicators.oscillators.rates_of_change import momentum as momentum
from forexai_core.indicators.oscillators.rates_of_change import roc as roc
from forexai_core.indicators.oscillators.relative_strength import Rsi as Rsi
from forexai_core.indicators.oscillators.relative_strength import rsi as rsi
from forexai_core.indicators.oscillators.stochastic_oscillator import Stochastic as Stochastic
from forexai_core.indicators.oscillators.stochastic_oscillator import StochasticFast as StochasticFast
from forexai_core.indicators.oscillators.stochastic_oscillator import StochasticLines as StochasticLines
from forexai_core.indicators.oscillators.stochastic_oscillator import stochastic as stochastic
from forexai_core.indicators.oscillators.stochastic_oscillator import stochastic_fast as stochastic_fast
from forexai_core.indicators.specification import BoundIndicator as BoundIndicator
from forexai_core.indicators.specification import IndicatorSpec as IndicatorSpec
from forexai_core.indicators.specification import ParameterSpec as ParameterSpec
from forexai_core.indicators.statistics.deviation import StandardDeviation as StandardDeviation
from forexai_core.indicators.statistics.deviation import standard_deviation as standard_deviation
from forexai_core.indicators.streaming import StreamingIndicator as StreamingIndicator
from forexai_core.indicators.trend.directional_movement import Adx as Adx
from forexai_core.indicators.trend.directional_movement import AdxLines as AdxLines
from forexai_core.indicators.trend.directional_movement import adx as adx
from forexai_core.indicators.volatility.bollinger_bands import Bands as Bands
from forexai_core.indicators.volatility.bollinger_bands import Bollinger as Bollinger
from forexai_core.indicators.volatility.bollinger_bands import bollinger as bollinger
from forexai_core.indicators.volatility.donchian_channel import Donchian as Donchian
from forexai_core.indicators.volatility.donchian_channel import donchian as donchian
from forexai_core.indicators.volatility.keltner_channel import Keltner as Keltner
from forexai_core.indicators.volatility.keltner_channel import keltner as keltner
from forexai_core.indicators.volatility.ranges import Atr as Atr
from forexai_core.indicators.volatility.ranges import Natr as Natr
from forexai_core.indicators.volatility.ranges import TrueRange as TrueRange
from forexai_core.indicators.volatility.ranges import atr as atr
from forexai_core.indicators.volatility.ranges import natr as natr
from forexai_core.indicators.volatility.ranges import true_range as true_range
