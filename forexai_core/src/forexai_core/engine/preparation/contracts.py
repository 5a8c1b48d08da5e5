"""From an instrument, an account and costs to the ledger's record of a symbol."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.preparation.margin_terms import check_mode, symbol_terms
from forexai_core.engine.state.records import SYMBOL
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.charges import CashFlow, Charged, Commission, SwapRates
from forexai_core.values.instruments import CalculationMode, Instrument, SwapMode
from forexai_core.values.slippage import SlippageModel
from forexai_core.values.ticks import Ticks

__all__ = ["DUST", "CostSheet", "cost_sheet", "symbol_record", "whole_points"]

_CALCULATION = tuple(CalculationMode)
_SWAP = tuple(SwapMode)
_CURRENCY_ASSETS = {"forex"}


@attrs.frozen(kw_only=True)
class CostSheet:
    """Every cost of one symbol as a run uses it, and where each comes from.

    Attributes
    ----------
    spread_points : int or None
        Fixed spread; None when the prices bring their own.
    commission : Commission
        Of a deal.
    slippage_points : int
        Against the trader.
    slippage_model : SlippageModel or None
        What is added to them.
    swap_mode : SwapMode
        Unit of the two rates.
    swap_long, swap_short : float
        Negative is paid by the trader.
    swap_days : tuple of seven floats
        Days that each weekday's rollover counts, Monday first.
    swap_rates : tuple of SwapRates
        Rates from certain days on.
    cash_flows : tuple of CashFlow
        Dividends and financing.
    sources : mapping of str to str
        For each cost: ``prices``, ``given`` or ``catalogue``/``instrument``.
    fractions : mapping of str to float
        Points that were stated as no whole number, by cost: ``spread``, ``slippage``.
    """

    spread_points: int | None
    commission: Commission
    slippage_points: int
    slippage_model: SlippageModel | None
    swap_mode: SwapMode
    swap_long: float
    swap_short: float
    swap_days: tuple[float, ...]
    swap_rates: tuple[SwapRates, ...]
    cash_flows: tuple[CashFlow, ...]
    sources: Mapping[str, str]
    fractions: Mapping[str, float] = attrs.field(factory=dict)


DUST = 1e-9
"""Of a point: what binary fractions leave."""


def whole_points(points: float) -> int:
    """Round a cost up to whole points: prices have no smaller step, and a fraction must not become free."""
    return math.ceil(points - DUST)


def _source(instrument: Instrument, field: str) -> str:
    return "catalogue" if field in instrument.catalogue_defaults else "instrument"


def _spread(prices: Bars | Ticks, costs: Costs) -> tuple[int | None, str]:
    instrument = prices.instrument
    brings_ask = isinstance(prices, Ticks) or prices.ask is not None
    if brings_ask:
        if costs.spread_points is not None:
            raise ConfigError(
                f"{instrument.symbol}: the prices bring their ask side, so Costs(spread_points="
                f"{costs.spread_points:g}) would count the spread twice. Leave it out."
            )
        return None, "prices"
    if isinstance(prices, Bars) and prices.spread_points is not None:
        return None, "prices" if costs.spread_model is None else "given"
    if costs.spread_points is not None:
        return whole_points(costs.spread_points), "given"
    return whole_points(instrument.spread_points), _source(instrument, "spread_points")


def _swap(instrument: Instrument, costs: Costs) -> tuple[SwapMode, float, float, str]:
    long, short = costs.swap_long_points, costs.swap_short_points
    if long is None and short is None:
        mode = instrument.swap_mode
        return mode, instrument.swap_long, instrument.swap_short, _source(instrument, "swap_long")
    if (long is None or short is None) and instrument.swap_mode is not SwapMode.POINTS:
        raise ConfigError(
            f"{instrument.symbol}: its swap is not counted in points, so give both "
            "swap_long_points and swap_short_points, or neither."
        )
    return (
        SwapMode.POINTS,
        instrument.swap_long if long is None else long,
        instrument.swap_short if short is None else short,
        "given",
    )


def _commission(instrument: Instrument, costs: Costs) -> tuple[Commission, str]:
    if costs.commission is not None:
        return costs.commission, "given"
    if costs.commission_per_lot is not None:
        return Commission(per_lot=costs.commission_per_lot), "given"
    return Commission(per_lot=instrument.commission_per_lot), _source(instrument, "commission_per_lot")


def cost_sheet(prices: Bars | Ticks, costs: Costs) -> CostSheet:
    """Settle every cost of a symbol: from the prices, else as given, else from the instrument.

    Raises
    ------
    ConfigError
        If a spread is given for prices that bring an ask side.
    """
    instrument = prices.instrument
    spread, spread_source = _spread(prices, costs)
    mode, long, short, swap_source = _swap(instrument, costs)
    commission, commission_source = _commission(instrument, costs)
    return CostSheet(
        spread_points=spread,
        commission=commission,
        slippage_points=whole_points(costs.slippage_points or 0.0),
        slippage_model=costs.slippage_model,
        swap_mode=mode,
        swap_long=long,
        swap_short=short,
        swap_days=instrument.rollover_days,
        swap_rates=costs.swap_rates,
        cash_flows=costs.cash_flows,
        sources={
            "spread": spread_source,
            "commission": commission_source,
            "slippage": "given" if costs.slippage_points is not None or costs.slippage_model else "default (none)",
            "swap": swap_source,
        },
        fractions=_fractions(instrument, costs, spread),
    )


def _fractions(instrument: Instrument, costs: Costs, spread: int | None) -> dict[str, float]:
    """Give what was rounded, by cost."""
    stated = instrument.spread_points if costs.spread_points is None else costs.spread_points
    slippage = costs.slippage_points or 0.0
    found = {} if spread in {None, stated} else {"spread": stated}
    return found if whole_points(slippage) == slippage else found | {"slippage": slippage}


def _value_per_point_step(instrument: Instrument) -> float:
    future = instrument.calculation_mode in (CalculationMode.FUTURES, CalculationMode.EXCHANGE_FUTURES)
    if future and instrument.tick_value > 0.0:
        per_lot = instrument.tick_value / instrument.tick_size * instrument.point
    else:
        per_lot = instrument.contract_size / 10.0**instrument.digits
    return per_lot * instrument.volume_step


def _conversions(instrument: Instrument, currency: str) -> tuple[int, int]:
    """Say how profit and margin reach the account: 0 same, 1 by the own price, 2 by rates."""
    pair = instrument.asset_class in _CURRENCY_ASSETS
    profit = 0 if instrument.profit_currency == currency else 2
    if profit == 2 and pair and instrument.base_currency == currency:
        profit = 1
    margin = 0 if instrument.margin_currency == currency else 2
    own = instrument.margin_currency == instrument.base_currency and pair
    if margin == 2 and own and instrument.profit_currency == currency:
        margin = 1
    return profit, margin


def _base_conversion(instrument: Instrument, currency: str) -> int:
    """Say how base currency reaches the account: 0 same, 1 by the own price as profit, 2 as profit currency."""
    if instrument.base_currency == currency:
        return 0
    return 2 if instrument.base_currency == instrument.profit_currency else 1


def symbol_record(instrument: Instrument, sheet: CostSheet, account: Account) -> NDArray[np.void]:
    """Write the ledger's record of a symbol.

    Returns
    -------
    (1,) SYMBOL

    Raises
    ------
    ConfigError
        If the contract cannot be simulated.
    """
    check_mode(instrument)
    record = np.zeros(1, SYMBOL)
    for name, value in (_contract_values(instrument) | symbol_terms(instrument, account) | _cost_values(sheet)).items():
        record[name] = value
    record["profit_conversion"], record["margin_conversion"] = _conversions(instrument, account.currency)
    record["base_conversion"] = _base_conversion(instrument, account.currency)
    record["fee_conversion"] = 2 if sheet.commission.currency not in {None, account.currency} else 0
    for name in ("gain_rate", "loss_rate", "margin_currency_rate", "margin_gain_rate", "fee_rate"):
        record[name] = np.nan
    if record["fee_conversion"][0] == 0:
        record["fee_rate"] = 1.0
    return record


def _contract_values(instrument: Instrument) -> dict[str, float]:
    return {
        "scale": 10.0**instrument.digits,
        "tick": instrument.grid.tick_points,
        "value_per_point_step": _value_per_point_step(instrument),
        "contract_size": instrument.contract_size,
        "volume_step": instrument.volume_step,
        "min_steps": round(instrument.volume_min / instrument.volume_step),
        "max_steps": round(instrument.volume_max / instrument.volume_step),
        "limit_steps": round(instrument.volume_limit / instrument.volume_step),
        "stops_level": instrument.stops_level_points,
        "freeze_level": instrument.freeze_level_points,
        "margin_mode": _CALCULATION.index(instrument.calculation_mode),
    }


def _cost_values(sheet: CostSheet) -> dict[str, float]:
    return {
        "spread": sheet.spread_points or 0,
        "slippage": sheet.slippage_points,
        "fixed_slippage": sheet.slippage_points,
        **({} if sheet.slippage_model is None else _impact_values(sheet.slippage_model)),
        "swap_mode": _SWAP.index(sheet.swap_mode),
        **_commission_values(sheet.commission),
    }


def _impact_values(model: SlippageModel) -> dict[str, float]:
    return {
        "impact_points": model.impact_points,
        "impact_free_lots": model.free_lots,
        "impact_linear": int(model.impact == "linear"),
    }


def _commission_values(commission: Commission) -> dict[str, float]:
    return {
        "commission_rule": 0 if commission.is_plain else 1,
        "commission_per_lot": commission.per_lot,
        "commission_percent": commission.percent,
        "commission_per_deal": commission.per_deal,
        "commission_minimum": commission.minimum,
        "commission_maximum": np.inf if commission.maximum is None else commission.maximum,
        "commission_sides": 1 if commission.charged is Charged.OPENING else 2,
    }
