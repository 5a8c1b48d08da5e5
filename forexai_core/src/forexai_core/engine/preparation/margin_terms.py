"""From an instrument and an account to what the kernels need to know of margin."""

from __future__ import annotations

from typing import Any

from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account
from forexai_core.values.instruments import CalculationMode, Instrument
from forexai_core.values.margin_rules import ORDER_TYPES, StopOutMode, StopOutOrders

__all__ = ["account_terms", "check_mode", "symbol_terms"]

_FUTURES = (CalculationMode.FUTURES, CalculationMode.EXCHANGE_FUTURES)
_NOT_SIMULATED = {
    CalculationMode.EXCHANGE_OPTIONS: "options",
    CalculationMode.EXCHANGE_OPTIONS_MARGIN: "options with margin",
    CalculationMode.EXCHANGE_BONDS: "bonds",
    CalculationMode.EXCHANGE_BONDS_MOEX: "bonds",
    CalculationMode.COLLATERAL: "collateral, which is held and not traded,",
}
_MODES = tuple(StopOutMode)


def check_mode(instrument: Instrument) -> None:
    """Refuse a contract whose margin cannot be computed.

    Raises
    ------
    ConfigError
        If there is no formula for its calculation mode, or the formula lacks a number.
    """
    mode = instrument.calculation_mode
    if mode in _NOT_SIMULATED:
        raise ConfigError(
            f"{instrument.symbol}: the calculation mode {mode} of {_NOT_SIMULATED[mode]} is not simulated. Where its "
            "profit is price difference times contract size, run it with_values(calculation_mode='cfd')."
        )
    if mode in _FUTURES and instrument.margin_initial == 0.0:
        raise ConfigError(
            f"{instrument.symbol}: the margin of a future is its margin_initial, which is 0. "
            "Give it with instrument.with_values(margin_initial=…)."
        )


def _index_factor(instrument: Instrument) -> float:
    """Margin of a CFD on an index counts the value of its tick, where one is given."""
    if instrument.calculation_mode is CalculationMode.CFD_INDEX and instrument.tick_value > 0.0:
        return instrument.tick_value / instrument.tick_size
    return 1.0


def _hedged_weight(instrument: Instrument) -> float:
    """Give the share of its margin that covered volume binds.

    ``SYMBOL_MARGIN_HEDGED`` is a contract size, or an amount a lot where the margin is an amount a lot.
    """
    amount = instrument.margin_maintenance or instrument.margin_initial
    return instrument.margin_hedged / (amount or instrument.contract_size)


def symbol_terms(instrument: Instrument, account: Account) -> dict[str, Any]:
    """Give the fields of a SYMBOL record that are about margin."""
    given = {rate.order: rate for rate in instrument.margin_rates}
    plain, held_amount = instrument.margin_rate, instrument.margin_maintenance or instrument.margin_initial
    factor = 1.0 if instrument.margin_initial else _index_factor(instrument)
    held_factor = 1.0 if held_amount else _index_factor(instrument)
    initial = [given[order].initial if order in given else plain * (order in ("buy", "sell")) for order in ORDER_TYPES]
    held = [given[order].maintenance if order in given else plain for order in ("buy", "sell")]
    return {
        "leverage": account.leverage_of(instrument.symbol, instrument.asset_class),
        "margin_initial": instrument.margin_initial,
        "margin_maintenance": held_amount,
        "initial_rate": [rate * factor for rate in initial],
        "maintenance_rate": [rate * held_factor for rate in held],
        "hedged_weight": _hedged_weight(instrument),
        "hedged_use_leg": int(instrument.margin_hedged_use_leg),
    }


def account_terms(account: Account, symbols: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the fields of an ACCOUNT record that are about margin, from those of its symbols too."""
    count = len(account.leverage_tiers)
    return {
        "stop_out": account.stop_out,
        "margin_call": account.margin_call,
        "stop_out_mode": _MODES.index(account.stop_out_mode),
        "stop_out_all_orders": int(account.stop_out_orders is StopOutOrders.ALL),
        "stop_out_hedged": int(account.stop_out_hedged),
        "protected": int(account.negative_balance_protection),
        "orders_bind": int(any(rate > 0.0 for terms in symbols for rate in terms["initial_rate"][2:])),
        "tiers": count,
        "tier_equity": [tier.equity for tier in account.leverage_tiers] + [0.0] * (16 - count),
        "tier_leverage": [tier.leverage for tier in account.leverage_tiers] + [0.0] * (16 - count),
    }
