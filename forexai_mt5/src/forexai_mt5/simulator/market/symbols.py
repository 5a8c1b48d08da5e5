"""A symbol as a trade server has it: the instrument, and what only MetaTrader 5 asks about it."""

from __future__ import annotations

import math

import attrs

from forexai_core.errors import ConfigError
from forexai_core.values.charges import Commission
from forexai_core.values.instruments import CalculationMode, Instrument, SwapMode
from forexai_mt5.terms import constants as c

__all__ = ["Symbol", "calculation_code", "swap_code"]

_MOST_STEPS = 2.0**53  # beyond these a float is on every grid

_CALCULATION = {
    CalculationMode.FOREX: c.SYMBOL_CALC_MODE_FOREX,
    CalculationMode.FOREX_NO_LEVERAGE: c.SYMBOL_CALC_MODE_FOREX_NO_LEVERAGE,
    CalculationMode.FUTURES: c.SYMBOL_CALC_MODE_FUTURES,
    CalculationMode.CFD: c.SYMBOL_CALC_MODE_CFD,
    CalculationMode.CFD_INDEX: c.SYMBOL_CALC_MODE_CFDINDEX,
    CalculationMode.CFD_LEVERAGE: c.SYMBOL_CALC_MODE_CFDLEVERAGE,
    CalculationMode.EXCHANGE_STOCKS: c.SYMBOL_CALC_MODE_EXCH_STOCKS,
    CalculationMode.EXCHANGE_FUTURES: c.SYMBOL_CALC_MODE_EXCH_FUTURES,
    CalculationMode.EXCHANGE_STOCKS_MOEX: c.SYMBOL_CALC_MODE_EXCH_STOCKS_MOEX,
    CalculationMode.EXCHANGE_OPTIONS: c.SYMBOL_CALC_MODE_EXCH_OPTIONS,
    CalculationMode.EXCHANGE_OPTIONS_MARGIN: c.SYMBOL_CALC_MODE_EXCH_OPTIONS_MARGIN,
    CalculationMode.EXCHANGE_BONDS: c.SYMBOL_CALC_MODE_EXCH_BONDS,
    CalculationMode.EXCHANGE_BONDS_MOEX: c.SYMBOL_CALC_MODE_EXCH_BONDS_MOEX,
    CalculationMode.COLLATERAL: c.SYMBOL_CALC_MODE_SERV_COLLATERAL,
}


def calculation_code(mode: CalculationMode) -> int:
    """Give the number of a calculation mode."""
    return _CALCULATION[mode]


def swap_code(mode: SwapMode) -> int:
    """Give the number of a swap mode: their order is that of MetaTrader 5."""
    return list(SwapMode).index(mode)


def _within(_instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    low, high = attribute.metadata["range"]
    if not low <= value <= high:
        raise ConfigError(f"Symbol: {attribute.name} lies between {low} and {high}, but is {value}.")


def _code(default: int, low: int, high: int) -> int:
    field: int = attrs.field(default=default, validator=_within, metadata={"range": (low, high)})
    return field


@attrs.frozen(kw_only=True)
class Symbol:
    """A symbol of a simulated server.

    Attributes
    ----------
    instrument : Instrument
        Contract, costs and hours; its ``symbol`` is the name, suffix included.
    path, description : str
        Where the symbol stands in the tree of symbols, and what it is.
    execution : int
        ``SYMBOL_TRADE_EXECUTION_*``.
    filling_mask, expiration_mask, order_mask : int
        What is allowed: see :mod:`forexai_mt5.terms.masks`.
    gtc_mode : int
        ``SYMBOL_ORDERS_*``: what becomes of orders, stops and targets at the end of the day.
    trade_mode : int
        ``SYMBOL_TRADE_MODE_*``.
    book_depth : int
        Rows of the depth of market on each side; 0: there is none.
    liquidity_lots : float or None
        The most that one quote fills on each side; None: any volume.
    slippage_points : int
        Against the trader, on market and stop orders.
    commission : Commission or None
        In place of the instrument's commission a lot.
    selected : bool
        Whether it stands in the Market Watch from the start.
    """

    instrument: Instrument
    path: str = ""
    description: str = ""
    execution: int = _code(c.SYMBOL_TRADE_EXECUTION_MARKET, 0, 3)
    filling_mask: int = _code(3, 0, 7)
    expiration_mask: int = _code(15, 0, 15)
    order_mask: int = _code(127, 0, 127)
    gtc_mode: int = _code(c.SYMBOL_ORDERS_GTC, 0, 2)
    trade_mode: int = _code(c.SYMBOL_TRADE_MODE_FULL, 0, 4)
    book_depth: int = _code(0, 0, 64)
    liquidity_lots: float | None = None
    slippage_points: int = _code(0, 0, 1_000_000)
    commission: Commission | None = None
    selected: bool = False

    @property
    def name(self) -> str:
        """What the symbol is called."""
        return self.instrument.symbol

    @property
    def is_quoted(self) -> bool:
        """Whether deals are executed at the price that is asked for, or not at all: request and instant execution."""
        return self.execution in {c.SYMBOL_TRADE_EXECUTION_REQUEST, c.SYMBOL_TRADE_EXECUTION_INSTANT}

    @property
    def scale(self) -> float:
        """Points in a price of 1."""
        return 10.0**self.instrument.digits

    def price(self, points: float) -> float:
        """Turn points into a price on the grid."""
        return round(points / self.scale, self.instrument.digits)

    def points(self, price: float) -> int:
        """Turn a price into points, rounded."""
        return round(price * self.scale)

    def rounded(self, price: float) -> float:
        """Give a price as a server keeps it, to the digits of the symbol."""
        return self.price(self.points(price))

    def on_grid(self, price: float) -> bool:
        """Say whether a price is a whole number of the smallest steps of the symbol's price."""
        steps = price / self.instrument.tick_size
        return math.isfinite(steps) and abs(steps) < _MOST_STEPS and abs(steps - round(steps)) < 1e-4

    def lots(self, steps: int) -> float:
        """Turn steps of volume into lots."""
        return round(steps * self.instrument.volume_step, 8)
