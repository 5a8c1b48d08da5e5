"""Contracts and accounts: what one point, one lot and one night are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, isqrt
from typing import Any

from reference.money import exact, nearest
from reference.quotes import Quote

__all__ = ["Account", "Commission", "Contract", "Due", "Rates"]


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
    leverages: Mapping[str, Fraction] = field(default_factory=dict)  # by symbol or asset class
    tiers: tuple[tuple[Fraction, Fraction], ...] = ()  # equity from, leverage
    stop_out_mode: str = "percent"  # or "equity", or "free_margin": money
    stop_out_orders: str = "binding"  # or "all"
    stop_out_hedged: bool = False
    protected: bool = False

    def leverage_at(self, symbol: str, asset_class: str, equity: Fraction) -> Fraction:
        """Give a symbol's leverage when the equity is so much."""
        own = self.leverages.get(symbol, self.leverages.get(asset_class, self.leverage))
        reached = [leverage for at_least, leverage in sorted(self.tiers) if equity >= at_least]
        return min(own, reached[-1]) if reached else own


@dataclass(frozen=True)
class Rates:
    """Rates from a symbol's profit, margin and commission currency to the account's, where a series gives them."""

    gain: Fraction = Fraction(1)
    loss: Fraction = Fraction(1)
    margin: Fraction = Fraction(1)
    margin_gain: Fraction = Fraction(1)
    fee: Fraction = Fraction(1)  # of the commission's currency, as a loss is bought


@dataclass(frozen=True)
class Commission:
    """What a deal costs: parts for lots, turnover and the deal itself, and bounds on their sum."""

    per_lot: Fraction
    percent: Fraction = Fraction(0)
    per_deal: Fraction = Fraction(0)
    minimum: Fraction = Fraction(0)
    maximum: Fraction | None = None
    charged: str = "each_side"
    currency: str | None = None

    @classmethod
    def make(cls, given: dict[str, Any]) -> Commission:
        """Take what is given; numbers are taken as they are written."""
        texts = {"charged", "currency"}
        return cls(**{"per_lot": Fraction(0)} | {k: v if k in texts else exact(v) for k, v in given.items()})

    @property
    def deals(self) -> int:
        """How many deals of a round turn it is taken on."""
        return 1 if self.charged == "opening" else 2


@dataclass(frozen=True)
class Due:
    """What a position is charged at one instant: a night's swap, or a cash flow."""

    time_ns: int
    days: Fraction
    long: Fraction
    short: Fraction
    cash: bool = False

    def rate(self, side: int) -> Fraction:
        """Give the rate of a side."""
        return self.long if side > 0 else self.short


@dataclass(frozen=True)
class Impact:
    """What the volume of a fill adds to its slippage: points of one lot beyond the free ones."""

    points: Fraction
    free: Fraction
    linear: bool

    @classmethod
    def make(cls, model: dict[str, Any]) -> Impact:
        """Take it from a program's model of slippage."""
        kind = model.get("impact", "square_root")
        return cls(exact(model.get("impact_points", 0)), exact(model.get("free_lots", 0)), kind == "linear")

    def of(self, lots: Fraction) -> int:
        """Give the points of a fill: the fewest that are not below the model's."""
        beyond = max(Fraction(0), lots - self.free)
        if self.linear:
            return ceil(self.points * beyond)
        square = self.points**2 * beyond
        points = isqrt(ceil(square))
        return points if points**2 >= square else points + 1


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
    slippage: int  # of the present event, whatever the volume
    fixed_slippage: int  # of every event
    impact: Impact
    commission: Commission
    swap_mode: str
    swap_long: Fraction
    swap_short: Fraction
    swap_days: list[Fraction]  # of the rollover that ends each weekday, Monday first
    swap_table: list[tuple[date, Fraction, Fraction]]  # rates from a day on, in order
    cash_flows: list[Due]
    calculation_mode: str
    margin_initial: Fraction
    margin_hedged: Fraction
    margin_rate: Fraction
    margin_rates: Mapping[str, tuple[Fraction, Fraction]]
    margin_maintenance: Fraction
    hedged_use_leg: bool
    asset_class: str
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
            slippage=ceil(exact(costs.get("slippage_points") or 0)),
            fixed_slippage=ceil(exact(costs.get("slippage_points") or 0)),
            impact=Impact.make(costs.get("slippage_model") or {}),
            commission=Commission.make(
                costs.get("commission") or {"per_lot": cost("commission_per_lot", "commission_per_lot")}
            ),
            swap_mode="points" if swap_given else instrument["swap_mode"],
            swap_long=cost("swap_long_points", "swap_long"),
            swap_short=cost("swap_short_points", "swap_short"),
            swap_days=_swap_days(instrument),
            swap_table=sorted(
                (date.fromisoformat(day), exact(long), exact(short)) for day, long, short in costs.get("swap_rates", ())
            ),
            cash_flows=[
                Due(time_ns, Fraction(0), exact(long), exact(short), cash=True)
                for time_ns, long, short in costs.get("cash_flows", ())
            ],
            calculation_mode=instrument["calculation_mode"],
            margin_initial=exact(instrument["margin_initial"]),
            margin_hedged=exact(instrument["margin_hedged"]),
            margin_rate=exact(instrument["margin_rate"]),
            margin_rates={
                order: (exact(initial), exact(held))
                for order, (initial, held) in dict(instrument.get("margin_rates") or {}).items()
            },
            margin_maintenance=exact(instrument.get("margin_maintenance", 0.0)),
            hedged_use_leg=instrument.get("margin_hedged_use_leg", False),
            asset_class=instrument["asset_class"],
            tick_size=exact(instrument["tick_size"]),
            tick_value=exact(instrument["tick_value"]),
        )

    @cached_property
    def scale(self) -> int:
        """Points in one unit of price."""
        return int(10**self.digits)

    @cached_property
    def tick(self) -> int:
        """Points in one step of the grid of prices."""
        return max(1, int(self.tick_size * self.scale))

    def holds(self, points: int) -> bool:
        """Whether a price that is named is one on the grid."""
        return points > 0 and points % self.tick == 0

    def against(self, points: int, side: int) -> int:
        """Put a computed price at which a side's position closes on the grid, the worse way for it."""
        steps = Fraction(points, self.tick)
        return (floor(steps) if side > 0 else ceil(steps)) * self.tick

    @cached_property
    def value_per_point_step(self) -> Fraction:
        """Profit of one point for one step, profit currency."""
        per_lot = self.contract_size
        if self.calculation_mode in {"futures", "exchange_futures"}:
            per_lot = self.tick_value / self.tick_size
        return per_lot * self.volume_step / self.scale

    def lots(self, steps: int) -> Fraction:
        """Give the lots in so many steps."""
        return steps * self.volume_step

    def slipped(self, price: int, side: int, steps: int) -> int:
        """Give the price at which a side fills a volume: worse by the slippage, and no less than a point."""
        return max(1, price + side * (self.slippage + self.impact.of(self.lots(steps))))

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
    def initial_rate(self, kind: str, side: int) -> Fraction:
        """Give the factor on the margin that an order of a kind asks for; waiting costs nothing unless said."""
        order = ("buy" if side > 0 else "sell") + ("" if kind == "market" else f"_{kind}")
        plain = self.margin_rate if kind == "market" else Fraction(0)
        return self.margin_rates[order][0] if order in self.margin_rates else plain

    def maintenance_rate(self, side: int) -> Fraction:
        """Give the factor on the margin of what is held."""
        order = "buy" if side > 0 else "sell"
        return self.margin_rates[order][1] if order in self.margin_rates else self.margin_rate

    def margin(
        self, steps: int, points: int, account: Account, rates: Rates, *, leverage: Fraction, held: bool, rate: Fraction
    ) -> Fraction:
        """Give the margin of a volume at a price, for holding it or for opening it, account currency, not rounded."""
        lots, price = self.lots(steps), Fraction(points, self.scale)
        per_lot = (self.margin_maintenance if held else 0) or self.margin_initial
        mode = self.calculation_mode
        if per_lot > 0:
            amount = lots * per_lot
        elif mode == "forex":
            amount = lots * self.contract_size / leverage
        elif mode == "forex_no_leverage":
            amount = lots * self.contract_size
        elif mode == "cfd_leverage":
            amount = lots * self.contract_size * price / leverage
        elif mode in {"cfd", "exchange_stocks", "exchange_stocks_moex"}:
            amount = lots * self.contract_size * price
        elif mode == "cfd_index":
            amount = lots * self.contract_size * price
            amount *= self.tick_value / self.tick_size if self.tick_value > 0 else 1
        elif "futures" in mode:
            message = f"{self.symbol}: {mode} needs margin_initial"
            raise ValueError(message)
        else:
            message = f"{self.symbol}: {mode} is not simulated"
            raise ValueError(message)
        return self.margin_in_account(amount * rate, points, account, rates)

    @property
    def hedged_weight(self) -> Fraction:
        """Give the share of its margin that covered volume binds: by contract size, or by the amount of a lot."""
        return self.margin_hedged / (self.margin_maintenance or self.margin_initial or self.contract_size)

    # ------------------------------------------------------------------------------------------------- swap
    def night(self, time_ns: int, day: date) -> Due:
        """Give what the rollover that ends a day of the clock is due."""
        long, short = self.swap_long, self.swap_short
        for since, *rates in self.swap_table:
            if since <= day:
                long, short = rates
        days = Fraction(0) if self.swap_mode == "disabled" else self.swap_days[day.weekday()]
        return Due(time_ns, days, long, short)

    @property
    def reopens(self) -> bool:
        """Whether swap is charged by closing and opening again."""
        return self.swap_mode.startswith("reopen")

    def due(
        self, due: Due, side: int, steps: int, *, quote: Quote, open_points: Fraction, account: Account, rates: Rates
    ) -> Fraction:
        """Give what a volume is charged, account currency, not rounded."""
        lots, rate, mode = self.lots(steps), due.rate(side), self.swap_mode
        if due.cash:
            return self._settled(rate * lots, quote, account, rates)
        if due.days == 0 or rate == 0:
            return Fraction(0)
        if mode == "currency_deposit":
            return rate * lots * due.days
        if mode == "currency_margin":
            return self._margin_settled(rate * lots * due.days, quote, account, rates)
        if mode == "currency_symbol":
            return self._base_settled(rate * lots * due.days, quote, account, rates)
        value = steps * self.value_per_point_step
        if mode == "points" or self.reopens:
            amount = rate * value
        elif mode == "interest_current":
            amount = quote.exit(side) * value * rate / 100 / 360
        elif mode == "interest_open":
            amount = open_points * value * rate / 100 / 360
        else:
            message = f"{self.symbol}: swap mode {mode} is not supported"
            raise ValueError(message)
        return self._settled(amount * due.days, quote, account, rates)

    def _settled(self, amount: Fraction, quote: Quote, account: Account, rates: Rates) -> Fraction:
        """Convert profit currency: where the pair converts itself, the account's is sold at bid, bought at ask."""
        return self.in_account(amount, quote.bid if amount < 0 else quote.ask, account, rates)

    def _base_settled(self, amount: Fraction, quote: Quote, account: Account, rates: Rates) -> Fraction:
        """Convert base currency: to pay it is to buy it at the ask."""
        if self.base == account.currency:
            return amount
        if self.base != self.profit_currency:
            amount = amount * (quote.ask if amount < 0 else quote.bid) / self.scale
        return self._settled(amount, quote, account, rates)

    def _margin_settled(self, amount: Fraction, quote: Quote, account: Account, rates: Rates) -> Fraction:
        """Convert margin currency: to pay it is to buy it at the ask."""
        points = quote.ask if amount < 0 else quote.bid
        one = rates if amount < 0 else replace(rates, margin=rates.margin_gain)
        return self.margin_in_account(amount, points, account, one)

    # ------------------------------------------------------------------------------------------- commission
    def commission_of(self, steps: int, points: int, *, opens: bool, account: Account, rates: Rates) -> Fraction:
        """Give a deal's commission, account currency, above 0, not rounded."""
        given = self.commission
        if not opens and given.deals == 1:
            return Fraction(0)
        amount = (given.per_lot * self.lots(steps) + given.per_deal) * rates.fee
        amount += self._turnover_share(steps, points, account, rates)
        amount = max(amount, given.minimum * rates.fee)
        return amount if given.maximum is None else min(amount, given.maximum * rates.fee)

    def commission_of_step(self, entry: int, stop: int, account: Account, rates: Rates) -> Fraction:
        """Give what one more step costs over opening and closing, bounds left aside."""
        given = self.commission
        amount = given.deals * given.per_lot * self.volume_step * rates.fee
        for points in (entry, stop)[: given.deals]:
            amount += self._turnover_share(1, points, account, rates)
        return amount

    def commission_fixed(self, rates: Rates) -> Fraction:
        """Give the most that opening and closing cost beside :meth:`commission_of_step`."""
        return self.commission.deals * max(self.commission.per_deal, self.commission.minimum) * rates.fee

    def _turnover_share(self, steps: int, points: int, account: Account, rates: Rates) -> Fraction:
        share = points * steps * self.value_per_point_step * self.commission.percent / 100
        return -self.in_account(-share, points, account, rates)


def _swap_days(instrument: dict[str, Any]) -> list[Fraction]:
    given = instrument.get("swap_days")
    if given is not None:
        return [exact(days) for days in given]
    weekend = Fraction(1 if instrument["swap_weekend"] else 0)
    triple = instrument["triple_day"]
    return [Fraction(3) if day == triple else Fraction(1) if day < 5 else weekend for day in range(7)]
