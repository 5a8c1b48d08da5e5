"""How much to trade: volumes from money at risk, never rounded up.

Every size is rounded down to the instrument's step; what lies below its least volume is 0 lots, no
order at all, because the next larger volume would risk more than was asked for. Sizes are reckoned in
exact fractions of the decimal numbers that were given, so that binary rounding decides nothing, and
the loss that a broker would book, rounded deal by deal, stays within the money too.
"""

from __future__ import annotations

import math
from fractions import Fraction

from forexai_core.errors import ConfigError, RateError
from forexai_core.values.accounts import currency_digits
from forexai_core.values.instruments import CalculationMode, Instrument
from forexai_core.values.orders import floor_volume

__all__ = [
    "fixed_fraction",
    "fixed_lots",
    "kelly_fraction",
    "loss_per_lot",
    "money_per_price",
    "percent_risk",
    "pip_value",
    "rate_at",
    "volatility_risk",
]

_BY_TICK_VALUE = frozenset({CalculationMode.FUTURES, CalculationMode.EXCHANGE_FUTURES})


def _positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise ConfigError(f"{name} must be above 0 and finite, not {value}.")


def _fraction(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise ConfigError(f"{name} is a fraction in (0, 1], not {value}.")


def _exact(value: float) -> Fraction:
    """Give the decimal number that a float shows as: 0.1 is a tenth."""
    return Fraction(repr(float(value)))


def _worth(instrument: Instrument) -> Fraction:
    if instrument.calculation_mode in _BY_TICK_VALUE and instrument.tick_value > 0:
        return _exact(instrument.tick_value) / _exact(instrument.tick_size)
    return _exact(instrument.contract_size)


def money_per_price(instrument: Instrument) -> float:
    """Profit currency that one lot gains when the price rises by 1 (MetaTrader 5's profit formulas)."""
    if instrument.calculation_mode in _BY_TICK_VALUE and instrument.tick_value > 0:
        return instrument.tick_value / instrument.tick_size
    return instrument.contract_size


def rate_at(instrument: Instrument, currency: str, price: float, rate: float | None) -> float:
    """Give account currency per unit of profit currency, at a price of the instrument itself.

    Raises
    ------
    RateError
        If the rate is needed and not given.
    """
    if rate is not None:
        _positive("The conversion rate", rate)
        return rate
    if instrument.profit_currency == currency:
        return 1.0
    if instrument.base_currency == currency:
        return 1.0 / price  # it converts itself: USDJPY's yen are worth 1 / USDJPY dollars
    raise RateError(
        f"{instrument.symbol} earns {instrument.profit_currency} and the account keeps {currency}: give the rate, "
        f"{currency} per {instrument.profit_currency}. It is never taken for 1."
    )


def _exact_rate(instrument: Instrument, currency: str, price: float, rate: float | None) -> Fraction:
    if rate is None and instrument.base_currency == currency != instrument.profit_currency:
        return 1 / _exact(price)
    return _exact(rate_at(instrument, currency, price, rate))


def pip_value(instrument: Instrument, *, currency: str, price: float, rate: float | None = None) -> float:
    """Compute what a pip of one lot is worth.

    Parameters
    ----------
    instrument : Instrument
        The contract.
    currency : str
        Of the account.
    price : float
        At which a position would be closed.
    rate : float, optional
        Account currency per unit of the instrument's profit currency; needed where neither of the
        instrument's currencies is the account's.

    Returns
    -------
    float
        Account currency per pip and lot.

    Raises
    ------
    RateError
        If the rate is needed and not given.
    """
    _positive("The price", price)
    return instrument.pip_size * money_per_price(instrument) * rate_at(instrument, currency, price, rate)


def loss_per_lot(
    instrument: Instrument,
    *,
    side: int,
    entry: float,
    stop: float,
    currency: str,
    rate: float | None = None,
    commission_per_lot: float = 0.0,
) -> float:
    """Compute what one lot loses if its stop is hit at its price.

    Parameters
    ----------
    side : int
        +1 buy, -1 sell.
    entry, stop : float
        The price paid (ask for a buy, bid for a sell) and the price of the stop; the stop lies on the
        losing side.
    currency, rate
        As for :func:`pip_value`; the loss is converted at the stop.
    commission_per_lot : float
        Per side, account currency; charged twice.

    Returns
    -------
    float
        Account currency per lot, above 0.

    Raises
    ------
    ConfigError
        If the stop does not lie on the losing side.
    RateError
        If the rate is needed and not given.
    """
    per_lot, commission = _losses_per_lot(
        instrument,
        side=side,
        entry=entry,
        stop=stop,
        currency=currency,
        rate=rate,
        commission_per_lot=commission_per_lot,
    )
    return float(per_lot + 2 * commission)


def _losses_per_lot(
    instrument: Instrument,
    *,
    side: int,
    entry: float,
    stop: float,
    currency: str,
    rate: float | None,
    commission_per_lot: float,
) -> tuple[Fraction, Fraction]:
    """Give the loss by price and the commission of one side, exactly."""
    _positive("The entry price", entry)
    _positive("The stop price", stop)
    distance = side * (_exact(entry) - _exact(stop))
    if side not in (1, -1) or not distance > 0:
        raise ConfigError(
            f"{instrument.symbol}: a {'buy' if side == 1 else 'sell'} at {entry} cannot lose at a stop of {stop}. "
            "The stop of a buy lies below its entry, that of a sell above."
        )
    if not 0 <= commission_per_lot < math.inf:
        raise ConfigError(f"commission_per_lot must be 0 or above, not {commission_per_lot}.")
    rate_at_stop = _exact_rate(instrument, currency, stop, rate)
    return distance * _worth(instrument) * rate_at_stop, _exact(commission_per_lot)


def _volume_for(instrument: Instrument, budget: Fraction, per_lot: Fraction) -> float:
    """Give the largest volume on the step whose cost does not exceed a budget; 0 below the least one."""
    if not per_lot > 0:
        raise ConfigError(f"The money for one lot must be above 0, not {float(per_lot)}.")
    if not budget > 0:
        return 0.0
    step = _exact(instrument.volume_step)
    volume = min(budget / per_lot, _exact(instrument.volume_max)) // step * step
    return float(volume) if volume >= _exact(instrument.volume_min) else 0.0


def _budget(equity: float, fraction: float) -> Fraction:
    """Give a share of the equity; one that is no number is no money."""
    return _exact(equity) * _exact(fraction) if math.isfinite(equity) else Fraction(0)


def _booked(amount: Fraction, digits: int) -> Fraction:
    """Round to a currency's digits, halves up."""
    scale = 10**digits
    return Fraction(math.floor(amount * scale + Fraction(1, 2)), scale)


def fixed_lots(instrument: Instrument, volume_lots: float) -> float:
    """Give a fixed volume, as far as the instrument takes it.

    Returns
    -------
    float
        Lots on the step, at most ``volume_max``; 0 below ``volume_min``.
    """
    volume = floor_volume(min(volume_lots, instrument.volume_max), instrument.volume_step)
    return volume if volume >= instrument.volume_min else 0.0


def fixed_fraction(
    instrument: Instrument,
    *,
    equity: float,
    fraction: float,
    price: float,
    currency: str,
    rate: float | None = None,
) -> float:
    """Size a position so that its full value is a multiple of the equity.

    Parameters
    ----------
    equity : float
        Account currency.
    fraction : float
        Value of the position over the equity, above 0: 2 is a leverage of two.
    price : float
        Of the entry.
    currency, rate
        As for :func:`pip_value`.

    Returns
    -------
    float
        Lots; 0 where the least volume is worth more.
    """
    _positive("fraction", fraction)
    _positive("The price", price)
    per_lot = _worth(instrument) * _exact(price) * _exact_rate(instrument, currency, price, rate)
    return _volume_for(instrument, _budget(equity, fraction), per_lot)


def percent_risk(
    instrument: Instrument,
    *,
    equity: float,
    risk_fraction: float,
    side: int,
    entry: float,
    stop: float,
    currency: str,
    rate: float | None = None,
    commission_per_lot: float = 0.0,
) -> float:
    """Size a position so that its stop loses at most a fraction of the equity, commission included.

    Parameters
    ----------
    equity : float
        Account currency.
    risk_fraction : float
        In (0, 1]; 0.01 is one percent.
    side, entry, stop, currency, rate, commission_per_lot
        As for :func:`loss_per_lot`.

    Returns
    -------
    float
        Lots; 0 where the least volume would lose more. ``lots * loss_per_lot <= equity * risk_fraction`` holds
        exactly, and so does it for the money that is booked, each deal rounded to the currency's digits; a gap
        through the stop can still lose more.
    """
    _fraction("risk_fraction", risk_fraction)
    per_lot, commission = _losses_per_lot(
        instrument,
        side=side,
        entry=entry,
        stop=stop,
        currency=currency,
        rate=rate,
        commission_per_lot=commission_per_lot,
    )
    budget, digits = _budget(equity, risk_fraction), currency_digits(currency)
    volume = _volume_for(instrument, budget, per_lot + 2 * commission)
    while volume > 0:
        lots = _exact(volume)
        if _booked(lots * per_lot, digits) + 2 * _booked(lots * commission, digits) <= budget:
            break
        volume = fixed_lots(instrument, max(0.0, float(lots - _exact(instrument.volume_step))))
    return volume


def volatility_risk(
    instrument: Instrument,
    *,
    equity: float,
    risk_fraction: float,
    atr: float,
    multiple: float,
    price: float,
    currency: str,
    rate: float | None = None,
) -> float:
    """Size a position so that a move of some average true ranges costs a fraction of the equity.

    Parameters
    ----------
    equity, risk_fraction
        As for :func:`percent_risk`.
    atr : float
        Average true range, price units.
    multiple : float
        How many of them the move counts.
    price : float
        Of the entry, for conversion.
    currency, rate
        As for :func:`pip_value`.

    Returns
    -------
    float
        Lots; 0 where the least volume would cost more.
    """
    _fraction("risk_fraction", risk_fraction)
    _positive("atr", atr)
    _positive("multiple", multiple)
    _positive("The price", price)
    per_lot = _exact(atr) * _exact(multiple) * _worth(instrument) * _exact_rate(instrument, currency, price, rate)
    return _volume_for(instrument, _budget(equity, risk_fraction), per_lot)


def kelly_fraction(win_rate: float, payoff: float, *, share: float = 0.5, at_most: float = 0.05) -> float:
    """Compute the fraction of the equity to risk by Kelly's criterion, cut to what is bearable.

    ``f = p - (1 - p) / b`` (J. L. Kelly, *A New Interpretation of Information Rate*, 1956), of which a share is
    taken because both figures are estimates.

    Parameters
    ----------
    win_rate : float
        p, the fraction of trades that win.
    payoff : float
        b, average win over average loss, positive.
    share : float
        Part of Kelly's fraction to take: 0.5 is half Kelly.
    at_most : float
        Cap of the answer.

    Returns
    -------
    float
        A ``risk_fraction`` for :func:`percent_risk`; 0 where there is no edge, so no order.
    """
    if not 0 <= win_rate <= 1:
        raise ConfigError(f"win_rate is a fraction from 0 to 1, not {win_rate}.")
    _positive("payoff", payoff)
    _fraction("share", share)
    _fraction("at_most", at_most)
    return min(max(share * (win_rate - (1.0 - win_rate) / payoff), 0.0), at_most)
