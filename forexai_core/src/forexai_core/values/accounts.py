"""Accounts and what trading on them costs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Any

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.charges import CashFlow, Commission, SwapRates
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock
from forexai_core.values.margin_rules import LeverageTier, StopOutMode, StopOutOrders, leverages_of, tiers_of
from forexai_core.values.numbers import countable_points, finite, is_number, not_negative, number, positive
from forexai_core.values.slippage import SlippageModel
from forexai_core.values.spreads import SpreadModel

__all__ = ["Account", "AccountMode", "AccountState", "Costs", "FifoRule", "currency_digits"]

_WITHOUT_CENTS = frozenset({"JPY", "KRW", "IDR", "VND", "CLP", "HUF"})


def currency_digits(currency: str) -> int:
    """Give the decimals to which a broker rounds money of a currency."""
    return 0 if currency in _WITHOUT_CENTS else 2


class AccountMode(StrEnum):
    """Whether positions of one symbol stand side by side or melt into one."""

    HEDGING = "hedging"
    NETTING = "netting"


class FifoRule(StrEnum):
    """Which position has to close first (MetaTrader 5's ``ACCOUNT_FIFO_CLOSE``).

    ``symbol``: the oldest of its symbol. ``size``: as the NFA's rule 2-43(b) allows, the oldest of its symbol and
    volume; a part of a position only of the oldest of the symbol. With either, a symbol has no opposite positions.
    """

    NONE = "none"
    SYMBOL = "symbol"
    SIZE = "size"


def _fifo(value: bool | str | FifoRule) -> FifoRule:  # noqa: FBT001 - True is the plain way to ask for it
    if isinstance(value, bool):
        return FifoRule.SYMBOL if value else FifoRule.NONE
    try:
        return FifoRule(value)
    except ValueError:
        raise ConfigError(f"There is no FIFO rule '{value}'. {did_you_mean(str(value), FifoRule)}") from None


def _mode(value: str | AccountMode) -> AccountMode:
    try:
        return AccountMode(value)
    except ValueError:
        raise ConfigError(f"There is no account mode '{value}'. {did_you_mean(str(value), AccountMode)}") from None


def _clock(value: str | Clock) -> Clock:
    if not isinstance(value, str | Clock):
        raise ConfigError(f"Account: clock is a Clock or the name of a time zone ('Europe/Athens'), not {value!r}.")
    return Clock.of(value)


def _yes_or_no(instance: object, attribute: attrs.Attribute[bool], value: bool) -> None:  # noqa: FBT001 - a validator
    if not isinstance(value, bool):
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} is True or False, not {value!r}.")


def _stop_out_mode(value: str | StopOutMode) -> StopOutMode:
    try:
        return StopOutMode(value)
    except ValueError:
        raise ConfigError(f"There is no stop-out mode '{value}'. {did_you_mean(str(value), StopOutMode)}") from None


def _stop_out_orders(value: str | StopOutOrders) -> StopOutOrders:
    try:
        return StopOutOrders(value)
    except ValueError:
        raise ConfigError(
            f"stop_out_orders has no choice '{value}'. {did_you_mean(str(value), StopOutOrders)}"
        ) from None


def _level(instance: Account, attribute: attrs.Attribute[float], value: float) -> None:
    if not is_number(value):
        raise ConfigError(f"Account: {attribute.name} must be a number, not {value!r}.")
    if instance.stop_out_mode is not StopOutMode.PERCENT:
        if not 0 <= value < float("inf"):
            raise ConfigError(f"Account: {attribute.name} is an amount of money, 0 or above, not {value}.")
        return
    if not 0 <= value <= 1_000:
        raise ConfigError(
            f"{type(instance).__name__}: {attribute.name} is a percentage of the margin "
            f"between 0 and 1000, not {value}."
        )


@attrs.frozen(kw_only=True)
class Account:
    """The account that a run starts with.

    Attributes
    ----------
    balance : float
        Money at the start, in ``currency``.
    currency : str
        ISO code.
    leverage : float
        100 stands for 1:100.
    mode : AccountMode
        ``hedging`` or ``netting``.
    clock : Clock
        Server clock: its midnights are the rollovers. Default New York plus seven hours.
    margin_call, stop_out : float
        Margin levels, equity / margin in percent, at which the broker warns and at which it closes
        positions. Defaults 100 and 50.
    fifo : FifoRule or bool
        Whether the oldest position has to close first, with no hedging, as for accounts in the United States:
        ``none`` (default), ``symbol`` (what True stands for) or ``size``. Only in hedging mode: netting has nothing
        to put in order.
    leverages : mapping of str to float
        Leverage of a symbol, or of an asset class (``forex``, ``metal`` …), in place of ``leverage``; a symbol's own
        goes before its class's.
    leverage_tiers : sequence of LeverageTier
        The most leverage by equity, as pairs of (equity from, leverage) too: the smaller of this and the leverage
        otherwise counts when a position opens, and stays with it.
    stop_out_mode : StopOutMode
        What ``margin_call`` and ``stop_out`` are: ``percent`` (default), or money: ``equity`` or ``free_margin``.
    stop_out_orders : StopOutOrders
        Which pending orders a stop-out removes first: ``binding`` (default) or ``all``.
    stop_out_hedged : bool
        Whether a stop-out closes positions that bind no margin, fully hedged ones, once equity is below 0.
    negative_balance_protection : bool
        Whether a balance below 0 is raised to 0 when the last position has closed.
    """

    balance: float = attrs.field(default=10_000.0, converter=number, validator=positive)
    currency: str = "USD"
    leverage: float = attrs.field(default=100.0, converter=number, validator=positive)
    mode: AccountMode = attrs.field(default=AccountMode.HEDGING, converter=_mode)
    clock: Clock = attrs.field(default=NEW_YORK_CLOSE, converter=_clock)
    margin_call: float = attrs.field(default=100.0, converter=number, validator=_level)
    stop_out: float = attrs.field(default=50.0, converter=number, validator=_level)
    fifo: FifoRule = attrs.field(default=FifoRule.NONE, converter=_fifo)
    leverages: tuple[tuple[str, float], ...] = attrs.field(default=(), converter=leverages_of)
    leverage_tiers: tuple[LeverageTier, ...] = attrs.field(default=(), converter=tiers_of)
    stop_out_mode: StopOutMode = attrs.field(default=StopOutMode.PERCENT, converter=_stop_out_mode)
    stop_out_orders: StopOutOrders = attrs.field(default=StopOutOrders.BINDING, converter=_stop_out_orders)
    stop_out_hedged: bool = attrs.field(default=False, validator=_yes_or_no)
    negative_balance_protection: bool = attrs.field(default=False, validator=_yes_or_no)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.currency, str) or len(self.currency) < 3 or not self.currency.isupper():
            raise ConfigError(f"'{self.currency}' is no currency code. Use three capital letters, such as USD.")
        if self.fifo is not FifoRule.NONE and self.mode is AccountMode.NETTING:
            raise ConfigError(
                f"fifo='{self.fifo}' belongs to mode='hedging': a netting account has one position a symbol. "
                "Leave one of the two out."
            )
        if self.stop_out > self.margin_call:
            raise ConfigError(
                f"stop_out ({self.stop_out:g} %) must not lie above margin_call ({self.margin_call:g} %)."
            )

    def leverage_of(self, symbol: str, asset_class: str) -> float:
        """Give the leverage of a symbol, before any tier."""
        own = dict(self.leverages)
        return own.get(symbol, own.get(str(asset_class), self.leverage))

    @property
    def digits(self) -> int:
        """Decimals of the account's money."""
        return currency_digits(self.currency)


@attrs.frozen(kw_only=True)
class AccountState:
    """An account at one moment; money in its currency.

    Attributes
    ----------
    login : str
        Which account it is, as the venue names it, such as ``5012345@Broker-Demo``; empty where the venue does not say.
        What an account does not show counts only as long as the login is the same.
    """

    time_ns: int
    currency: str
    balance: float
    equity: float
    margin: float
    login: str = ""

    @property
    def free_margin(self) -> float:
        """Equity that no position binds."""
        return self.equity - self.margin

    @property
    def margin_level(self) -> float | None:
        """Equity over margin in percent; None without margin."""
        return None if self.margin == 0 else 100.0 * self.equity / self.margin


_EXAMPLES = {
    "commission": "commission_per_lot=3.5, or commission=Commission(per_lot=3.5)",
    "spread_model": "spread_points=8, or spread_model=SpreadModel(points=8)",
    "slippage_model": "slippage_points=1, or slippage_model=SlippageModel(random_points=1)",
    "swap_rates": 'swap_rates=[SwapRates(day="2024-05-13", long=-7.5, short=2.1)]',
    "cash_flows": 'cash_flows=[CashFlow(time_ns="2024-05-10T13:30Z", long=0.24)]',
}


def _check_kind(name: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise ConfigError(f"Costs: {name} takes {kind.__name__}, not {value!r}. Write {_EXAMPLES[name]}.")


def _listed(name: str, values: object, kind: type) -> list[Any]:
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise ConfigError(f"Costs: {name} is a list of {kind.__name__}, not {values!r}. Write {_EXAMPLES[name]}.")
    items = list(values)
    for item in items:
        _check_kind(name, item, kind)
    return items


def _by_day(rates: Iterable[SwapRates]) -> tuple[SwapRates, ...]:
    return tuple(sorted(_listed("swap_rates", rates, SwapRates), key=lambda each: each.day))


def _by_time(flows: Iterable[CashFlow]) -> tuple[CashFlow, ...]:
    return tuple(sorted(_listed("cash_flows", flows, CashFlow), key=lambda each: each.time_ns))


@attrs.frozen(kw_only=True)
class Costs:
    """What trading costs; whatever is None comes from the instrument.

    Attributes
    ----------
    spread_points : float or None
        Fixed spread; a fraction of a point is rounded up. An error when the prices bring an ask side of their own.
    commission_per_lot : float or None
        Per lot and side, account currency, booked on the opening and on the closing deal.
    slippage_points : float or None
        Against the trader, on market and stop orders; a fraction of a point is rounded up. None is 0: a catalogue
        cannot know it.
    swap_long_points, swap_short_points : float or None
        Per lot and night, in points; negative is paid by the trader.
    commission : Commission or None
        In place of ``commission_per_lot``, where a broker reckons otherwise.
    spread_model : SpreadModel or None
        In place of ``spread_points``: a spread by hour, around rollovers and news. An error when the prices bring
        an ask side or a spread of their own.
    slippage_model : SlippageModel or None
        Slippage by the market's movement and by chance, added to ``slippage_points``.
    swap_rates : tuple of SwapRates
        Rates that change by date, in the unit of the swap mode; before the first one the rates above, or the
        instrument's, hold.
    cash_flows : tuple of CashFlow
        Dividends and financing, charged into the swap of open positions.
    """

    spread_points: float | None = attrs.field(default=None, validator=attrs.validators.optional(countable_points))
    commission_per_lot: float | None = attrs.field(default=None, validator=attrs.validators.optional(not_negative))
    slippage_points: float | None = attrs.field(default=None, validator=attrs.validators.optional(countable_points))
    swap_long_points: float | None = attrs.field(default=None, validator=attrs.validators.optional(finite))
    swap_short_points: float | None = attrs.field(default=None, validator=attrs.validators.optional(finite))
    commission: Commission | None = None
    spread_model: SpreadModel | None = None
    slippage_model: SlippageModel | None = None
    swap_rates: tuple[SwapRates, ...] = attrs.field(default=(), converter=_by_day)
    cash_flows: tuple[CashFlow, ...] = attrs.field(default=(), converter=_by_time)

    def __attrs_post_init__(self) -> None:
        kinds = {"commission": Commission, "spread_model": SpreadModel, "slippage_model": SlippageModel}
        for name, kind in kinds.items():
            if getattr(self, name) is not None:
                _check_kind(name, getattr(self, name), kind)
        if self.commission is not None and self.commission_per_lot is not None:
            raise ConfigError("Costs: give commission_per_lot or commission=Commission(…), not both.")
        if self.spread_model is not None and self.spread_points is not None:
            raise ConfigError("Costs: give spread_points or spread_model=SpreadModel(…), not both.")
        days = [rates.day for rates in self.swap_rates]
        for day, following in pairwise(days):
            if day == following:
                raise ConfigError(f"Costs: swap_rates hold two entries for {day}. Leave one out.")
