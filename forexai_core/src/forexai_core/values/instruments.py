"""What can be traded, and under which contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values import contract_fields as fields
from forexai_core.values.margin_rules import MarginRate, margin_rates_of
from forexai_core.values.numbers import number
from forexai_core.values.price_grid import PriceGrid

__all__ = [
    "AssetClass",
    "CalculationMode",
    "FillingMode",
    "Holiday",
    "Instrument",
    "SwapMode",
    "TradingSession",
]


class AssetClass(StrEnum):
    """Kind of market; it decides what a week and a year look like."""

    FOREX = "forex"
    METAL = "metal"
    INDEX = "index"
    CRYPTO = "crypto"
    STOCK = "stock"
    ENERGY = "energy"


class CalculationMode(StrEnum):
    """How margin and profit are computed (MetaTrader 5's ``SYMBOL_CALC_MODE``)."""

    FOREX = "forex"
    FOREX_NO_LEVERAGE = "forex_no_leverage"
    FUTURES = "futures"
    CFD = "cfd"
    CFD_INDEX = "cfd_index"
    CFD_LEVERAGE = "cfd_leverage"
    EXCHANGE_STOCKS = "exchange_stocks"
    EXCHANGE_FUTURES = "exchange_futures"
    EXCHANGE_STOCKS_MOEX = "exchange_stocks_moex"
    EXCHANGE_OPTIONS = "exchange_options"
    EXCHANGE_OPTIONS_MARGIN = "exchange_options_margin"
    EXCHANGE_BONDS = "exchange_bonds"
    EXCHANGE_BONDS_MOEX = "exchange_bonds_moex"
    COLLATERAL = "collateral"


class SwapMode(StrEnum):
    """Unit of the swap rates (MetaTrader 5's ``SYMBOL_SWAP_MODE``)."""

    DISABLED = "disabled"
    POINTS = "points"
    CURRENCY_SYMBOL = "currency_symbol"
    CURRENCY_MARGIN = "currency_margin"
    CURRENCY_DEPOSIT = "currency_deposit"
    INTEREST_CURRENT = "interest_current"
    INTEREST_OPEN = "interest_open"
    REOPEN_CURRENT = "reopen_current"
    REOPEN_BID = "reopen_bid"


class FillingMode(StrEnum):
    """What happens to the part of an order that the market cannot fill."""

    FOK = "fok"
    IOC = "ioc"
    BOC = "boc"
    RETURN = "return"


@attrs.frozen(kw_only=True)
class TradingSession:
    """Hours of one weekday in which a symbol trades, by the server's clock.

    Attributes
    ----------
    weekday : int
        Monday 0 … Sunday 6.
    open_minute, close_minute : int
        Minutes since midnight; the close is exclusive, 1440 is the day's end.
    """

    weekday: int = attrs.field(validator=[attrs.validators.ge(0), attrs.validators.le(6)])
    open_minute: int = attrs.field(validator=[attrs.validators.ge(0), attrs.validators.lt(1440)])
    close_minute: int = attrs.field(validator=[attrs.validators.gt(0), attrs.validators.le(1440)])

    def __attrs_post_init__(self) -> None:
        if self.close_minute <= self.open_minute:
            raise ConfigError(
                f"The session of weekday {self.weekday} closes at minute {self.close_minute}, not "
                f"after it opens at minute {self.open_minute}. Split a session at midnight."
            )


def _date(value: dt.date | str) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ConfigError(f"holidays: '{value}' is no date of a holiday. Write it as 2024-12-25.") from None


@attrs.frozen(kw_only=True)
class Holiday:
    """A day on which a market keeps other hours, or stays closed.

    Attributes
    ----------
    date : datetime.date
        Of the day, by the server's clock; a text such as ``"2024-12-25"`` is taken too.
    open_minute, close_minute : int
        Minutes since midnight in which it trades nevertheless; equal: closed all day.
    """

    date: dt.date = attrs.field(converter=_date)
    open_minute: int = attrs.field(default=0, validator=[attrs.validators.ge(0), attrs.validators.le(1440)])
    close_minute: int = attrs.field(default=0, validator=[attrs.validators.ge(0), attrs.validators.le(1440)])

    def __attrs_post_init__(self) -> None:
        if self.close_minute < self.open_minute:
            raise ConfigError(f"On {self.date} the market closes at minute {self.close_minute}, before it opens.")

    @property
    def day(self) -> int:
        """Days since 1 January 1970."""
        return self.date.toordinal() - _EPOCH.toordinal()

    @classmethod
    def of(cls, value: Holiday | dt.date | str) -> Holiday:
        """Take a holiday, or the date of a day on which the market stays closed."""
        return value if isinstance(value, Holiday) else cls(date=value)


_EPOCH = dt.date(1970, 1, 1)

WEEKDAYS = tuple(TradingSession(weekday=day, open_minute=0, close_minute=1440) for day in range(5))
EVERY_DAY = tuple(TradingSession(weekday=day, open_minute=0, close_minute=1440) for day in range(7))


def _asset_class(value: str | AssetClass) -> AssetClass:
    return fields.known(AssetClass, "asset_class", value)


def _calculation_mode(value: str | CalculationMode) -> CalculationMode:
    return fields.known(CalculationMode, "calculation_mode", value)


def _swap_mode(value: str | SwapMode) -> SwapMode:
    return fields.known(SwapMode, "swap_mode", value)


def _filling_modes(values: Iterable[str | FillingMode]) -> frozenset[FillingMode]:
    listed = fields.listed("filling_modes", values, "['fok', 'ioc']")
    return frozenset(fields.known(FillingMode, "entry of filling_modes", each) for each in listed)


def _sessions(values: Iterable[TradingSession]) -> tuple[TradingSession, ...]:
    example = "[TradingSession(weekday=0, open_minute=0, close_minute=1440)]"
    rows = fields.listed("sessions", values, example)
    for row in rows:
        if not isinstance(row, TradingSession):
            raise ConfigError(f"Instrument: sessions holds {row!r}, which is no session. Write {example}.")
    return tuple(rows)


def _holidays(values: Iterable[Holiday | dt.date | str]) -> tuple[Holiday, ...]:
    return tuple(map(Holiday.of, fields.listed("holidays", values, "['2024-12-25']")))


def _week(days: Iterable[float] | None) -> Any:
    if isinstance(days, Iterable) and not isinstance(days, str):
        return tuple(number(each) for each in days)
    return days


@attrs.frozen(kw_only=True)
class Instrument:
    """A symbol with its full contract specification.

    Attributes
    ----------
    symbol, title : str
        Name at the venue, and for people.
    base_currency, profit_currency, margin_currency : str
        ISO codes: of what is traded, of profits, of margins.
    digits : int
        Decimals of a price; the point is ``10 ** -digits``.
    pip_size : float
        Price difference that traders call a pip.
    tick_size : float
        Smallest step of a price that an order may name; see :attr:`grid`.
    contract_size : float
        Units of the base in one lot.
    volume_min, volume_max, volume_step, volume_limit : float
        Lots; ``volume_limit`` bounds one direction in sum, 0 means none.
    stops_level_points, freeze_level_points : int
        Least distance of stops, and the distance in which orders are frozen; 0 means none.
    spread_points : float
        Typical spread, used where neither data nor costs give one.
    commission_per_lot : float
        Per side, account currency.
    swap_long, swap_short : float
        In the unit of ``swap_mode``; negative is paid by the trader.
    triple_day : int
        Weekday whose rollover counts three days: Monday 0 … Sunday 6; -1 none.
    swap_weekend : bool
        Whether Saturday's and Sunday's rollovers are charged too, as for crypto.
    swap_days : tuple of seven floats, or None
        Days that the rollover at the end of each weekday counts, Monday first (MetaTrader 5's
        ``SYMBOL_SWAP_MONDAY`` … ``SYMBOL_SWAP_SUNDAY``), in place of ``triple_day`` and ``swap_weekend``.
    margin_initial : float
        Margin of one lot in ``margin_currency``, in place of the formula; 0 uses the formula.
    margin_maintenance : float
        Margin of one lot that is held, in ``margin_currency``; 0 is as ``margin_initial``.
    margin_hedged : float
        Contract size that counts for covered volume; with ``margin_initial`` above 0 its margin of one lot.
    margin_hedged_use_leg : bool
        Whether, instead, only the side of a symbol with the larger margin counts.
    margin_rate : float
        Factor on the margin that the formula gives.
    margin_rates : tuple of MarginRate
        Factors by type of order, in place of ``margin_rate``; may be given as a mapping of order type to (initial,
        maintenance). Pending orders bind margin only where their type has an initial rate above 0.
    tick_value : float
        Profit of one ``tick_size`` for one lot, where the calculation mode needs it.
    sessions : tuple of TradingSession
        Hours in which it trades, by the server's clock.
    holidays : tuple of Holiday
        Days with other hours, or none; dates are taken too.
    catalogue_defaults : frozenset of str
        Names of the fields that still carry the catalogue's typical value rather than one that
        data, a broker or the user gave.
    """

    symbol: str = attrs.field(validator=fields.text)
    title: str = attrs.field(default="", validator=fields.words)
    asset_class: AssetClass = attrs.field(default=AssetClass.FOREX, converter=_asset_class)
    base_currency: str = attrs.field(validator=fields.text)
    profit_currency: str = attrs.field(validator=fields.text)
    margin_currency: str = attrs.field(validator=fields.text)
    digits: int = attrs.field(validator=fields.decimals)
    pip_size: float = attrs.field(validator=fields.positive)
    tick_size: float = attrs.field(validator=fields.positive)
    contract_size: float = attrs.field(validator=fields.positive)
    volume_min: float = attrs.field(default=0.01, validator=fields.positive)
    volume_max: float = attrs.field(default=500.0, validator=fields.positive)
    volume_step: float = attrs.field(default=0.01, validator=fields.positive)
    volume_limit: float = attrs.field(default=0.0, validator=fields.not_negative)
    stops_level_points: int = attrs.field(default=0, validator=fields.whole)
    freeze_level_points: int = attrs.field(default=0, validator=fields.whole)
    calculation_mode: CalculationMode = attrs.field(default=CalculationMode.FOREX, converter=_calculation_mode)
    filling_modes: frozenset[FillingMode] = attrs.field(
        default=frozenset({FillingMode.FOK, FillingMode.IOC}), converter=_filling_modes
    )
    spread_points: float = attrs.field(default=0.0, validator=fields.not_negative)
    commission_per_lot: float = attrs.field(default=0.0, validator=fields.not_negative)
    swap_mode: SwapMode = attrs.field(default=SwapMode.POINTS, converter=_swap_mode)
    swap_long: float = attrs.field(default=0.0, validator=fields.finite)
    swap_short: float = attrs.field(default=0.0, validator=fields.finite)
    triple_day: int = attrs.field(default=2, validator=fields.weekday_or_none)
    swap_weekend: bool = attrs.field(default=False, validator=fields.yes_or_no)
    swap_days: tuple[float, ...] | None = attrs.field(default=None, converter=_week, validator=fields.seven_days)
    margin_initial: float = attrs.field(default=0.0, validator=fields.not_negative)
    margin_maintenance: float = attrs.field(default=0.0, validator=fields.not_negative)
    margin_hedged: float = attrs.field(validator=fields.not_negative)
    margin_hedged_use_leg: bool = attrs.field(default=False, validator=fields.yes_or_no)
    margin_rate: float = attrs.field(default=1.0, validator=fields.not_negative)
    margin_rates: tuple[MarginRate, ...] = attrs.field(default=(), converter=margin_rates_of)
    tick_value: float = attrs.field(default=0.0, validator=fields.not_negative)
    sessions: tuple[TradingSession, ...] = attrs.field(default=WEEKDAYS, converter=_sessions)
    holidays: tuple[Holiday, ...] = attrs.field(default=(), converter=_holidays)
    catalogue_defaults: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        if self.volume_min > self.volume_max:
            raise ConfigError(
                f"{self.symbol}: volume_min ({self.volume_min:g}) lies above volume_max ({self.volume_max:g}), so no "
                "volume fits. Correct one of the two."
            )

    @property
    def point(self) -> float:
        """Smallest decimal of a price."""
        return 1.0 / float(10**self.digits)

    @property
    def grid(self) -> PriceGrid:
        """Where prices of orders, stops and targets may lie."""
        return PriceGrid(symbol=self.symbol, digits=self.digits, tick_size=self.tick_size)

    @property
    def points_per_pip(self) -> float:
        """Points in one pip."""
        return self.pip_size * float(10**self.digits)

    @property
    def rollover_days(self) -> tuple[float, ...]:
        """Days that the rollover at the end of each weekday counts, Monday first."""
        if self.swap_days is not None:
            return self.swap_days
        weekend = 1.0 if self.swap_weekend else 0.0
        days = [1.0] * 5 + [weekend] * 2
        if self.triple_day >= 0:
            days[self.triple_day] = 3.0
        return tuple(days)

    @property
    def trades_at_weekends(self) -> bool:
        """Whether its market is open on Saturdays and Sundays."""
        return any(session.weekday >= 5 for session in self.sessions)

    def with_values(self, **changes: Any) -> Instrument:
        """Replace fields by values that are known, and stop calling them defaults.

        Raises
        ------
        ConfigError
            If there is no field of such a name.
        """
        known = {field.name for field in attrs.fields(Instrument)} - {"catalogue_defaults"}
        for name in changes:
            if name not in known:
                raise ConfigError(f"An instrument has no field '{name}'. {did_you_mean(name, known)}")
        left = self.catalogue_defaults - changes.keys()
        return attrs.evolve(self, **changes, catalogue_defaults=left)

    def with_digits(self, digits: int) -> Instrument:
        """Take over a finer price grid that data showed; a coarser one changes nothing.

        The smallest step of orders follows where it was a point, and so does its value; a coarser step stays.
        """
        if digits <= self.digits:
            return self
        if self.tick_size > 1.5 * self.point:
            return self.with_values(digits=digits)
        point = 1.0 / float(10**digits)
        value = {"tick_value": self.tick_value * point / self.tick_size} if self.tick_value else {}
        return self.with_values(digits=digits, tick_size=point, **value)
