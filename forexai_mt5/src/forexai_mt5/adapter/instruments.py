"""A terminal's symbol as an instrument of the core: the venue's own contract values."""

from __future__ import annotations

from typing import Any

from forexai_core.values.catalogue import catalogue
from forexai_core.values.instruments import AssetClass, CalculationMode, FillingMode, Instrument, SwapMode
from forexai_mt5.terms import constants as c
from forexai_mt5.terms import masks as m
from forexai_mt5.terms.symbol_structure import SymbolInfo

__all__ = ["filling_modes", "instrument_of"]

_CALCULATION = {
    c.SYMBOL_CALC_MODE_FOREX: CalculationMode.FOREX,
    c.SYMBOL_CALC_MODE_FOREX_NO_LEVERAGE: CalculationMode.FOREX_NO_LEVERAGE,
    c.SYMBOL_CALC_MODE_FUTURES: CalculationMode.FUTURES,
    c.SYMBOL_CALC_MODE_CFD: CalculationMode.CFD,
    c.SYMBOL_CALC_MODE_CFDINDEX: CalculationMode.CFD_INDEX,
    c.SYMBOL_CALC_MODE_CFDLEVERAGE: CalculationMode.CFD_LEVERAGE,
    c.SYMBOL_CALC_MODE_EXCH_STOCKS: CalculationMode.EXCHANGE_STOCKS,
    c.SYMBOL_CALC_MODE_EXCH_FUTURES: CalculationMode.EXCHANGE_FUTURES,
    c.SYMBOL_CALC_MODE_EXCH_OPTIONS: CalculationMode.EXCHANGE_OPTIONS,
    c.SYMBOL_CALC_MODE_EXCH_OPTIONS_MARGIN: CalculationMode.EXCHANGE_OPTIONS_MARGIN,
    c.SYMBOL_CALC_MODE_EXCH_BONDS: CalculationMode.EXCHANGE_BONDS,
    c.SYMBOL_CALC_MODE_EXCH_STOCKS_MOEX: CalculationMode.EXCHANGE_STOCKS_MOEX,
    c.SYMBOL_CALC_MODE_EXCH_BONDS_MOEX: CalculationMode.EXCHANGE_BONDS_MOEX,
    c.SYMBOL_CALC_MODE_SERV_COLLATERAL: CalculationMode.COLLATERAL,
}
_SWAPS = tuple(SwapMode)
_BY_PATH = {
    "metal": AssetClass.METAL, "crypto": AssetClass.CRYPTO, "ind": AssetClass.INDEX, "stock": AssetClass.STOCK,
    "share": AssetClass.STOCK, "energ": AssetClass.ENERGY, "oil": AssetClass.ENERGY, "forex": AssetClass.FOREX,
}  # fmt: skip
_PIPS = {
    AssetClass.METAL: 0.1,
    AssetClass.INDEX: 1.0,
    AssetClass.CRYPTO: 1.0,
    AssetClass.STOCK: 0.01,
    AssetClass.ENERGY: 0.01,
}


def filling_modes(info: SymbolInfo) -> tuple[FillingMode, ...]:
    """Give the fillings that a market order may have, fill-or-kill first, by execution mode and mask.

    Request and instant execution take all; market execution those of the mask and never return; exchange execution
    those of the mask, and return (MetaTrader 5's documents on ``SYMBOL_FILLING_MODE``).
    """
    if info.trade_exemode in {c.SYMBOL_TRADE_EXECUTION_REQUEST, c.SYMBOL_TRADE_EXECUTION_INSTANT}:
        return FillingMode.FOK, FillingMode.IOC, FillingMode.RETURN
    chosen = []
    if info.filling_mode & m.FILLING_FOK:
        chosen.append(FillingMode.FOK)
    if info.filling_mode & m.FILLING_IOC:
        chosen.append(FillingMode.IOC)
    if info.trade_exemode == c.SYMBOL_TRADE_EXECUTION_EXCHANGE:
        chosen.append(FillingMode.RETURN)
    return tuple(chosen)


def _asset_class(info: SymbolInfo, known: Instrument | None) -> AssetClass:
    if known is not None:
        return known.asset_class
    folder = info.path.rpartition("\\")[0].casefold()
    for part, found in _BY_PATH.items():
        if part in folder:
            return found
    plain = info.trade_calc_mode in {c.SYMBOL_CALC_MODE_FOREX, c.SYMBOL_CALC_MODE_FOREX_NO_LEVERAGE}
    return AssetClass.FOREX if plain else AssetClass.INDEX


def _pip_size(info: SymbolInfo, known: Instrument | None, asset_class: AssetClass) -> float:
    if known is not None:
        return known.pip_size
    if asset_class is AssetClass.FOREX:
        return 0.01 if info.currency_profit == "JPY" else 0.0001
    return max(_PIPS[asset_class], info.point)


def instrument_of(info: SymbolInfo, name: str) -> Instrument:
    """Make an instrument.

    Parameters
    ----------
    info : SymbolInfo
        As the terminal describes it. Hours, commission and margin rates it does not tell.
    name : str
        Ours.
    """
    known = catalogue().get(name)
    asset_class = _asset_class(info, known)
    point = 10.0**-info.digits
    told_by_catalogue: dict[str, Any] = (
        {"sessions": known.sessions, "swap_weekend": known.swap_weekend} if known else {}
    )
    return Instrument(
        symbol=name,
        title=info.description,
        asset_class=asset_class,
        base_currency=info.currency_base,
        profit_currency=info.currency_profit,
        margin_currency=info.currency_margin,
        digits=info.digits,
        pip_size=_pip_size(info, known, asset_class),
        tick_size=info.trade_tick_size or point,
        contract_size=info.trade_contract_size,
        volume_min=info.volume_min,
        volume_max=info.volume_max,
        volume_step=info.volume_step,
        volume_limit=info.volume_limit,
        stops_level_points=info.trade_stops_level,
        freeze_level_points=info.trade_freeze_level,
        calculation_mode=_CALCULATION.get(info.trade_calc_mode, CalculationMode.CFD),
        filling_modes=frozenset(filling_modes(info)),
        spread_points=float(info.spread),
        swap_mode=_SWAPS[info.swap_mode] if info.swap_mode < len(_SWAPS) else SwapMode.DISABLED,
        swap_long=info.swap_long,
        swap_short=info.swap_short,
        triple_day=(info.swap_rollover3days - 1) % 7,
        margin_initial=info.margin_initial,
        margin_maintenance=info.margin_maintenance,
        margin_hedged=info.margin_hedged,
        margin_hedged_use_leg=info.margin_hedged_use_leg,
        tick_value=info.trade_tick_value,
        **told_by_catalogue,
    )
