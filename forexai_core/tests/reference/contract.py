"""Contracts and accounts: what one point, one lot and one night are worth."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from reference.money import exact, nearest

__all__ = ["Account", "Contract", "Rates"]


@dataclass(frozen=True)
class Account:
    """Settings of an account."""

    balance: Fraction
    currency: str = "USD"
    digits: int = 2
    leverage: Fraction = Fraction(100)
    netting: bool = False
    margin_call: Fraction = Fraction(100)
    stop_out: Fraction = Fraction(50)
    clock: str = "new-york+7"
    limit_fill_open: bool = False
    fifo: str = "none"  # or "symbol", or "size"


@dataclass(frozen=True)
class Rates:
    """Rates from a symbol's profit and margin currency to the account's, where a series gives them."""

    gain: Fraction = Fraction(1)
    loss: Fraction = Fraction(1)
    margin: Fraction = Fraction(1)


@dataclass(frozen=True)
class Contract:
    """One symbol's contract, with the costs that a run charges; volumes in steps, distances in points."""

    symbol: str
    base: str
    profit_currency: str
    margin_currency: str
    digits: int
    contract_size: Fraction
    volume_step: Fraction
    min_steps: int
    max_steps: int
    limit_steps: int
    stops_level: int
    freeze_level: int
    slippage: int
    commission_per_lot: Fraction
    swap_mode: str
    swap_long: Fraction
    swap_short: Fraction
    triple_day: int
    swap_weekend: bool
    calculation_mode: str
    margin_initial: Fraction
    margin_hedged: Fraction
    margin_rate: Fraction
    tick_size: Fraction
    tick_value: Fraction

    @classmethod
    def make(cls, instrument: dict[str, Any], costs: dict[str, Any]) -> Contract:
        """Take an instrument's fields; costs that are given replace its own."""

        def cost(name: str, own: str) -> Fraction:
            given = costs.get(name)
            return exact(instrument[own] if given is None else given)

        swap_given = costs.get("swap_long_points") is not None or costs.get("swap_short_points") is not None
        step = exact(instrument["volume_step"])
        return cls(
            symbol=instrument["symbol"],
            base=instrument["base_currency"],
            profit_currency=instrument["profit_currency"],
            margin_currency=instrument["margin_currency"],
            digits=instrument["digits"],
            contract_size=exact(instrument["contract_size"]),
            volume_step=step,
            min_steps=nearest(exact(instrument["volume_min"]) / step),
            max_steps=nearest(exact(instrument["volume_max"]) / step),
            limit_steps=nearest(exact(instrument["volume_limit"]) / step),
            stops_level=instrument["stops_level_points"],
            freeze_level=instrument["freeze_level_points"],
            slippage=nearest(costs.get("slippage_points") or 0),
            commission_per_lot=cost("commission_per_lot", "commission_per_lot"),
            swap_mode="points" if swap_given else instrument["swap_mode"],
            swap_long=cost("swap_long_points", "swap_long"),
            swap_short=cost("swap_short_points", "swap_short"),
            triple_day=instrument["triple_day"],
            swap_weekend=instrument["swap_weekend"],
            calculation_mode=instrument["calculation_mode"],
            margin_initial=exact(instrument["margin_initial"]),
            margin_hedged=exact(instrument["margin_hedged"]),
            margin_rate=exact(instrument["margin_rate"]),
            tick_size=exact(instrument["tick_size"]),
            tick_value=exact(instrument["tick_value"]),
        )

    @cached_property
    def scale(self) -> int:
        """Points in one unit of price."""
        return int(10**self.digits)

    @cached_property
    def value_per_point_step(self) -> Fraction:
        """Profit of one point for one step, profit currency."""
        per_lot = self.contract_size
        if self.calculation_mode == "futures":
            per_lot = self.tick_value / self.tick_size
        return per_lot * self.volume_step / self.scale

    def lots(self, steps: int) -> Fraction:
        """Give the lots in so many steps."""
        return steps * self.volume_step

    # ------------------------------------------------------------------------------------------- conversion
    def in_account(self, amount: Fraction, points: Fraction | int, account: Account, rates: Rates) -> Fraction:
        """Convert an amount of profit currency: a gain is sold, a loss is bought.

        ``points`` is the symbol's own price at which the deal closes, for symbols that convert themselves.
        """
        if self.profit_currency == account.currency:
            return amount
        if self.base == account.currency:
            return amount * self.scale / points
        return amount * (rates.gain if amount >= 0 else rates.loss)

    def margin_in_account(self, amount: Fraction, points: Fraction | int, account: Account, rates: Rates) -> Fraction:
        """Convert an amount of margin currency."""
        if self.margin_currency == account.currency:
            return amount
        if self.margin_currency == self.base and self.profit_currency == account.currency:
            return amount * points / self.scale
        return amount * rates.margin

    # ----------------------------------------------------------------------------------------------- margin
    def margin(self, steps: int, points: int, account: Account, rates: Rates) -> Fraction:
        """Give the margin of a volume at a price, account currency, not rounded."""
        lots, price = self.lots(steps), Fraction(points, self.scale)
        mode = self.calculation_mode
        if self.margin_initial > 0:
            amount = lots * self.margin_initial
        elif mode == "forex":
            amount = lots * self.contract_size / account.leverage
        elif mode == "forex_no_leverage":
            amount = lots * self.contract_size
        elif mode == "cfd_leverage":
            amount = lots * self.contract_size * price / account.leverage
        elif mode in {"cfd", "exchange_stocks"}:
            amount = lots * self.contract_size * price
        elif mode == "cfd_index":
            amount = lots * self.contract_size * price
            amount *= self.tick_value / self.tick_size if self.tick_value > 0 else 1
        else:
            message = f"{self.symbol}: {mode} needs margin_initial"
            raise ValueError(message)
        return self.margin_in_account(amount * self.margin_rate, points, account, rates)

    # ------------------------------------------------------------------------------------------------- swap
    def swap(
        self, side: int, steps: int, *, exit_points: int, open_points: Fraction, account: Account, rates: Rates
    ) -> Fraction:
        """Give one night's swap, account currency, not rounded."""
        rate = self.swap_long if side > 0 else self.swap_short
        lots, price = self.lots(steps), Fraction(exit_points, self.scale)
        if self.swap_mode == "disabled" or rate == 0:
            return Fraction(0)
        if self.swap_mode == "currency_deposit":
            return rate * lots
        if self.swap_mode == "currency_margin":
            return self.margin_in_account(rate * lots, exit_points, account, rates)
        if self.swap_mode == "points":
            amount = rate * steps * self.value_per_point_step
        elif self.swap_mode == "currency_symbol":
            amount = rate * lots * price
        elif self.swap_mode == "interest_current":
            amount = exit_points * steps * self.value_per_point_step * rate / 100 / 360
        elif self.swap_mode == "interest_open":
            amount = open_points * steps * self.value_per_point_step * rate / 100 / 360
        else:
            message = f"{self.symbol}: swap mode {self.swap_mode} is not supported"
            raise ValueError(message)
        return self.in_account(amount, exit_points, account, rates)

    def nights(self, weekday: int) -> int:
        """Say how many nights the rollover that ends a weekday counts."""
        if weekday == self.triple_day:
            return 3
        return 1 if weekday < 5 or self.swap_weekend else 0
