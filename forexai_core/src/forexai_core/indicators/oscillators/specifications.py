"""What the catalogue knows of the oscillators."""

from __future__ import annotations

from forexai_core.indicators.oscillators.awesome_oscillators import Accelerator, Awesome
from forexai_core.indicators.oscillators.bar_oscillators import Bop, ElderRay
from forexai_core.indicators.oscillators.chande_momentum import Cmo
from forexai_core.indicators.oscillators.commodity_channel import Cci
from forexai_core.indicators.oscillators.convergence import Macd
from forexai_core.indicators.oscillators.convergence_variants import MacdExtended, MacdFixed
from forexai_core.indicators.oscillators.fisher_transform import Fisher
from forexai_core.indicators.oscillators.intraday_momentum import IntradayMomentum
from forexai_core.indicators.oscillators.know_sure_thing import Dpo, Kst
from forexai_core.indicators.oscillators.price_oscillators import Apo, Ppo, Trix
from forexai_core.indicators.oscillators.rates_of_change import Momentum, Roc, Rocp, Rocr, Rocr100
from forexai_core.indicators.oscillators.relative_strength import Rsi
from forexai_core.indicators.oscillators.stochastic_oscillator import Stochastic, StochasticFast
from forexai_core.indicators.oscillators.stochastic_strength import ConnorsRsi, StochasticRsi
from forexai_core.indicators.oscillators.ultimate_oscillator import Ultimate
from forexai_core.indicators.oscillators.williams_range import DeMarker, WilliamsR
from forexai_core.indicators.specification import specify

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    Rsi,
    Macd,
    MacdFixed,
    MacdExtended,
    Stochastic,
    StochasticFast,
    Cci,
    Momentum,
    Roc,
    Apo,
    Ppo,
    Trix,
    Cmo,
    WilliamsR,
    DeMarker,
    Awesome,
    Accelerator,
    Ultimate,
    Bop,
    IntradayMomentum,
    ElderRay,
    StochasticRsi,
    ConnorsRsi,
    Kst,
    Dpo,
    Fisher,
    Rocp,
    Rocr,
    Rocr100,
)
