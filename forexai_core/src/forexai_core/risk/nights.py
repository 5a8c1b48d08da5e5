"""What one night costs: the swap of the coming rollover, for one lot.

Modes: MetaTrader 5's ``SYMBOL_SWAP_MODE``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forexai_core.risk.marks import next_midnight_ns
from forexai_core.risk.sizing import money_per_price, rate_at
from forexai_core.values.clocks import Clock
from forexai_core.values.instruments import Instrument, SwapMode

__all__ = ["coming_rollover", "night_per_lot"]

_INTEREST = frozenset({SwapMode.INTEREST_CURRENT, SwapMode.INTEREST_OPEN})
_DAYS_OF_A_YEAR = 360.0  # as MetaTrader 5 counts interest


def coming_rollover(clock: Clock, time_ns: int, swap_days: Sequence[float]) -> tuple[int, float]:
    """Give the next rollover that counts, and how many days it does.

    Parameters
    ----------
    clock : Clock
        Of the account; its midnights are rollovers.
    time_ns : int
        Now, nanoseconds UTC.
    swap_days : sequence of seven floats
        Days that the rollover at the end of each weekday counts, Monday first.

    Returns
    -------
    tuple of int and float
        Its instant and its days; 0 days where none counts.
    """
    midnight_ns = next_midnight_ns(clock, time_ns)
    weekday = int(clock.weekday(np.array([midnight_ns - 1], np.int64))[0])
    for _ in range(7):
        if swap_days[weekday]:
            return midnight_ns, float(swap_days[weekday])
        weekday, midnight_ns = (weekday + 1) % 7, next_midnight_ns(clock, midnight_ns)
    return midnight_ns, 0.0


def night_per_lot(
    instrument: Instrument,
    *,
    mode: SwapMode,
    rate: float,
    days: float,
    currency: str,
    price: float,
    profit_rate: float | None,
    margin_rate: float | None = None,
) -> float:
    """Compute what a rollover books for one lot.

    Parameters
    ----------
    instrument : Instrument
        The contract.
    mode : SwapMode
        Unit of `rate`.
    rate : float
        Of one day and one side; negative is paid.
    days : float
        That the rollover counts.
    currency : str
        Of the account.
    price : float
        At which the side would close.
    profit_rate, margin_rate : float or None
        Account currency per unit of profit and of margin currency; None where the instrument's own currencies give it.

    Returns
    -------
    float
        Account currency, not rounded; negative is paid.

    Raises
    ------
    RateError
        If a rate is needed and not given.
    """
    amount = rate * days
    if mode is SwapMode.DISABLED or amount == 0:
        return 0.0
    if mode is SwapMode.CURRENCY_DEPOSIT:
        return amount
    if mode is SwapMode.CURRENCY_MARGIN and instrument.margin_currency == currency:
        return amount
    if mode is SwapMode.CURRENCY_MARGIN and margin_rate is not None:
        return amount * margin_rate
    return _of_contract(instrument, mode, amount, price) * rate_at(instrument, currency, price, profit_rate)


def _of_contract(instrument: Instrument, mode: SwapMode, amount: float, price: float) -> float:
    """Turn an amount in the unit of a mode into profit currency."""
    if mode in {SwapMode.CURRENCY_SYMBOL, SwapMode.CURRENCY_MARGIN}:
        return amount * (1.0 if instrument.base_currency == instrument.profit_currency else price)
    if mode in _INTEREST:
        return amount / 100.0 / _DAYS_OF_A_YEAR * price * money_per_price(instrument)
    return amount * instrument.point * money_per_price(instrument)
