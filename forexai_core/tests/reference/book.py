"""The account's book: what is open, what it is worth, and the deals that change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from math import ceil

from reference.clock import rollovers
from reference.contract import Account, Contract, Due, Rates
from reference.execution import Execution
from reference.money import to_minor
from reference.orders import Entered, Order, Position, Trade
from reference.quotes import Bar, Quote

__all__ = ["Book"]

_TOLERANCE = Fraction(1, 10**6)  # of money compared, in units of the currency: both arithmetics agree on equality


class Book:
    """Positions, orders, present quotes and the balance of one account. Money is in minor units."""

    def __init__(self, account: Account, contracts: list[Contract], execution: Execution | None = None) -> None:
        self.account = account
        self.contracts = contracts
        self.balance = to_minor(account.balance, account.digits)
        self.quotes: list[Quote | None] = [None] * len(contracts)
        self.rates = [Rates()] * len(contracts)
        self.positions: dict[int, Position] = {}
        self.orders: dict[int, Order] = {}
        self.trades: list[Trade] = []
        self.refused: Counter[str] = Counter()
        self.execution = execution or Execution()
        self.charged_ns = [0] * len(contracts)  # up to when what is due has been charged, by symbol
        self.depth: dict[int, int | None] = {1: None, -1: None}  # steps that the present price still fills, by side
        self.partial_fills = 0
        self.draws = 0
        self.opened = 0  # positions so far: their ages
        self.held_back = 0  # stops, targets and orders that prices outside the sessions have reached
        self.time_ns = 0
        self.inside: Bar | None = None  # the bar while its inside is settled
        self.inside_symbol = -1
        self._next_ticket = 1
        self.checked_equity = self.balance  # when the free margin was last looked at: it decides the leverage
        self.called = False  # whether a margin call stands
        self.margin_calls: list[int] = []
        self.compensated = 0
        self.made: Counter[int] = Counter()  # what the deals of each strategy have brought

    # ------------------------------------------------------------------------------------------------ looking
    def take_ticket(self) -> int:
        """Give the next ticket."""
        self._next_ticket += 1
        return self._next_ticket - 1

    def quote(self, symbol: int) -> Quote:
        """Give a symbol's present quote."""
        quote = self.quotes[symbol]
        if quote is None:
            message = f"{self.contracts[symbol].symbol} has no price yet"
            raise LookupError(message)
        return quote

    def positions_of(self, symbol: int) -> list[Position]:
        """List a symbol's positions by ticket."""
        return sorted((p for p in self.positions.values() if p.symbol == symbol), key=lambda p: p.ticket)

    def orders_of(self, symbol: int) -> list[Order]:
        """List a symbol's pending orders by ticket."""
        return sorted((o for o in self.orders.values() if o.symbol == symbol), key=lambda o: o.ticket)

    def money(self, amount: Fraction | int) -> int:
        """Round an amount of the account's currency to minor units."""
        return to_minor(amount, self.account.digits)

    # -------------------------------------------------------------------------------------------------- volume
    def available(self, side: int, steps: int) -> int:
        """Give how much of a volume the present price fills."""
        depth = self.depth[side]
        return steps if depth is None else min(steps, depth)

    def use_up(self, side: int, steps: int, filled: int) -> None:
        """Take a fill from what the present price fills."""
        depth = self.depth[side]
        if depth is not None:
            self.depth[side] = depth - filled
            self.partial_fills += filled < steps

    # -------------------------------------------------------------------------------------------------- worth
    def profit(self, position: Position, steps: int, price: Fraction | int) -> int:
        """Give the profit of so many steps of a position at a price."""
        contract = self.contracts[position.symbol]
        cost = position.cost if steps == position.steps else position.cost * steps / position.steps
        points_steps = position.side * (price * steps - cost)
        amount = points_steps * contract.value_per_point_step
        return self.money(contract.in_account(amount, price, self.account, self.rates[position.symbol]))

    def floating(self, position: Position, quote: Quote | None = None) -> int:
        """Give a position's open profit at a quote; the present one unless given."""
        price = (quote or self.quote(position.symbol)).exit(position.side)
        return self.profit(position, position.steps, price)

    def equity(self) -> int:
        """Give balance, open profit and accrued swap."""
        return self.balance + sum(self.floating(p) + p.swap for p in self.positions.values())

    def share(self, strategy: int) -> int:
        """Give what one strategy has made: its deals, and what of its positions floats."""
        own = [position for position in self.positions.values() if position.strategy == strategy]
        return self.made[strategy] + sum(self.floating(position) + position.swap for position in own)

    def margin_of(self, symbol: int, parts: Iterable[tuple[int, int, Fraction]]) -> int:
        """Give the margin of (side, steps, margin) parts of one symbol, by what covers what."""
        parts = list(parts)
        steps = {side: sum(part[1] for part in parts if part[0] == side) for side in (1, -1)}
        bound = {side: sum((part[2] for part in parts if part[0] == side), Fraction(0)) for side in (1, -1)}
        margin = bound[1] + bound[-1]
        if steps[1] and steps[-1]:
            contract, covered = self.contracts[symbol], min(steps.values())
            larger = max(steps, key=lambda side: steps[side])
            uncovered = bound[larger] / steps[larger] * (steps[larger] - covered)
            hedged = margin / sum(steps.values()) * covered * contract.hedged_weight
            margin = max(bound.values()) if contract.hedged_use_leg else uncovered + hedged
        return to_minor(margin, 0)  # parts are in minor units already

    def margin(self) -> int:
        """Give the margin bound by all positions, and by the orders that bind any."""
        return sum(order.margin for order in self.orders.values()) + sum(
            self.margin_of(symbol, [(p.side, p.steps, p.margin) for p in self.positions.values() if p.symbol == symbol])
            for symbol in {position.symbol for position in self.positions.values()}
        )

    def margin_to_hold(self, symbol: int, side: int, steps: int, points: int) -> Fraction:
        """Give the margin that a volume binds which opened at a price, minor units."""
        return self._margin(symbol, steps, points, held=True, rate=self.contracts[symbol].maintenance_rate(side))

    def margin_to_open(self, symbol: int, side: int, steps: int, points: int, kind: str = "market") -> Fraction:
        """Give the margin that an order of a kind asks for at a price, minor units."""
        return self._margin(symbol, steps, points, held=False, rate=self.contracts[symbol].initial_rate(kind, side))

    def _margin(self, symbol: int, steps: int, points: int, *, held: bool, rate: Fraction) -> Fraction:
        contract, account = self.contracts[symbol], self.account
        equity = Fraction(self.checked_equity, 10**account.digits)
        leverage = account.leverage_at(contract.symbol, contract.asset_class, equity)
        amount = contract.margin(steps, points, account, self.rates[symbol], leverage=leverage, held=held, rate=rate)
        return Fraction(self.money(amount))

    def below(self, level: Fraction, equity: int | None = None) -> bool:
        """Whether the account is below a level: in percent of the margin, or in money."""
        margin = self.margin()
        worth = self.equity() if equity is None else equity
        minor = 10**self.account.digits
        slack = _TOLERANCE * minor
        if margin <= 0:
            return False
        if self.account.stop_out_mode == "percent":
            return bool(100 * worth < level * margin - slack)
        least = level * minor + (margin if self.account.stop_out_mode == "free_margin" else 0)
        return bool(worth < least - slack)

    def stopped_out(self, equity: int | None = None) -> bool:
        """Whether the broker closes: below the stop-out, or with nothing bound and under water, where it says so."""
        if self.account.stop_out_hedged and self.positions and self.margin() <= 0:
            worth = self.equity() if equity is None else equity
            return bool(worth < -_TOLERANCE * 10**self.account.digits)
        return self.below(self.account.stop_out, equity)

    def call_margin(self) -> None:
        """Count a margin call, at the opening time of the present event, unless one is standing."""
        if not self.called and self.margin() > 0:
            self.called = True
            self.margin_calls.append(self.time_ns)

    def affords(self, extra_margin: Fraction | int) -> bool:
        """Whether free margin covers more margin; less margin is always allowed."""
        if extra_margin <= 0:
            return True
        free = self.equity() - self.margin()
        return bool(extra_margin <= free + _TOLERANCE * 10**self.account.digits)

    # -------------------------------------------------------------------------------------------------- deals
    def next_age(self) -> int:
        """Count an opening."""
        self.opened += 1
        return self.opened

    def open(
        self, order: Order, price: int, reason: str, entered: Entered, *, commission: int | None = None
    ) -> Position:
        """Open a position of an order's volume at a price; the commission is that of a deal of its own unless given."""
        position = Position(
            ticket=order.ticket,
            symbol=order.symbol,
            strategy=order.strategy,
            side=order.side,
            steps=order.steps,
            cost=Fraction(price * order.steps),
            open_ns=self.time_ns,
            age=self.next_age(),
            stop=order.stop,
            target=order.target,
            trail_distance=order.trail_distance,
            trail_start=order.trail_start,
            open_reason=reason,
            best=Fraction(price),
            worst=Fraction(price),
            entered=entered,
            inside_until_ns=self.inside.end_ns if self.inside and entered.inside else 0,
        )
        self.positions[position.ticket] = position
        self._book_entry(position, order.steps, price, commission)
        return position

    def add(self, position: Position, order: Order, price: int, entered: Entered) -> None:
        """Add an order's volume to a netting position."""
        if self.inside and entered.inside:
            again = position.inside_until_ns == self.inside.end_ns
            position.sure_steps = min(position.steps, position.sure_steps) if again else position.steps
            position.inside_until_ns = self.inside.end_ns
        position.steps += order.steps
        position.cost += price * order.steps
        position.stop = position.stop if order.stop is None else order.stop
        position.target = position.target if order.target is None else order.target
        if order.stop is not None:
            position.trailed = False
        if order.trail_distance:
            position.trail_distance, position.trail_start = order.trail_distance, order.trail_start
        position.entered = position.entered.joined_by(entered)
        self._book_entry(position, order.steps, price)

    def _commission(self, symbol: int, steps: int, price: int, *, opens: bool) -> int:
        contract, rates = self.contracts[symbol], self.rates[symbol]
        return self.money(contract.commission_of(steps, price, opens=opens, account=self.account, rates=rates))

    def reversal_commission(self, symbol: int, closing: int, opening: int, price: int) -> tuple[int, int]:
        """Share what the one deal of a reversal costs between what it closes and what it opens, by volume."""
        if self.contracts[symbol].commission.deals == 1:  # only what opens pays
            return 0, -self._commission(symbol, opening, price, opens=True)
        whole = -self._commission(symbol, closing + opening, price, opens=True)
        closed = to_minor(Fraction(whole * closing, closing + opening), 0)
        return closed, whole - closed

    def _book_entry(self, position: Position, steps: int, price: int, commission: int | None = None) -> None:
        position.margin += self.margin_to_hold(position.symbol, position.side, steps, price)
        if commission is None:
            commission = -self._commission(position.symbol, steps, price, opens=True)
        position.commission += commission
        self.balance += commission
        self.made[position.strategy] += commission
        self.start_peak(position)

    def start_peak(self, position: Position) -> None:
        """Let trailing begin anew: at the open's exit side, or at the close of a bar of which the inside runs."""
        position.peak = None if self.inside else self.quote(position.symbol).exit(position.side)

    def close(
        self,
        position: Position,
        steps: int,
        price: int,
        reason: str,
        *,
        commission: int | None = None,
        reverses: bool = False,
    ) -> None:
        """Close a part of a position, or all of it, at a price.

        The commission is that of a deal of its own unless given. ``reverses``: the same deal opens another position.
        """
        position.best = position.better(position.best, Fraction(price))
        position.worst = position.worse(position.worst, Fraction(price))
        profit = self.profit(position, steps, price)
        mae = min(0, self.profit(position, steps, position.worst))
        mfe = max(0, self.profit(position, steps, position.best))
        share = Fraction(steps, position.steps)
        entry_commission = to_minor(position.commission * share, 0)
        swap = to_minor(position.swap * share, 0)
        debit, (owed, unsure) = self._rollover_inside(position, steps), self._owed(position, steps)
        if commission is None:
            commission = -self._commission(position.symbol, steps, price, opens=False)
        brought = profit + swap + owed + (debit or 0) + commission
        self.balance += brought
        self.made[position.strategy] += brought
        trade = Trade(
            ticket=position.ticket,
            symbol=position.symbol,
            side=position.side,
            steps=steps,
            open_ns=position.open_ns,
            close_ns=self.time_ns,
            open_points=position.average,
            close_points=price,
            stop=position.stop,
            target=position.target,
            commission=entry_commission + commission,
            swap=swap + owed + (debit or 0),
            profit=profit,
            open_reason=position.open_reason,
            close_reason=reason,
            doubts=position.doubts | {"rollover"} if unsure or debit is not None else position.doubts,
            intrabar=self.inside is not None,
            mae=mae,
            mfe=mfe,
            strategy=position.strategy,
        )
        self.trades.append(trade)
        if steps == position.steps:
            del self.positions[position.ticket]
            if reason != "rollover" and not reverses:
                self._protect()
            return
        position.commission -= entry_commission
        position.swap -= swap
        position.cost -= position.cost * share
        position.margin -= position.margin * share
        position.steps -= steps

    def _protect(self) -> None:
        """Raise a negative balance to 0 once nothing is open, where the account is protected."""
        if self.account.protected and not self.positions and self.balance < 0:
            self.compensated -= self.balance
            self.balance = 0

    # --------------------------------------------------------------------------------------------------- swap
    def _amount(self, position: Position, steps: int, quote: Quote, due: Due) -> int:
        contract = self.contracts[position.symbol]
        return self.money(
            contract.due(
                due,
                position.side,
                steps,
                quote=quote,
                open_points=position.average,
                account=self.account,
                rates=self.rates[position.symbol],
            )
        )

    def _sure(self, position: Position, steps: int, due: Due) -> int:
        """Give what of a volume was open at an instant even if all that came inside that bar came later."""
        if due.time_ns >= position.inside_until_ns:
            return steps
        return max(0, steps - max(0, position.steps - position.sure_steps))

    def _claim(self, position: Position, steps: int, quote: Quote, due: Due) -> tuple[int, bool]:
        """Give the lesser of what is due on a volume and on what of it is sure, and whether either is anything."""
        whole, sure = self._amount(position, steps, quote, due), self._sure(position, steps, due)
        if sure == steps or not whole:
            return whole, False
        return (whole if whole < 0 else self._amount(position, sure, quote, due)), True

    def dues(self, symbol: int, after_ns: int, until_ns: int) -> list[Due]:
        """List what a symbol's positions are charged after one instant and up to another, oldest first."""
        contract = self.contracts[symbol]
        nights = [contract.night(r.time_ns, r.day) for r in rollovers(self.account.clock, after_ns, until_ns)]
        flows = [flow for flow in contract.cash_flows if after_ns < flow.time_ns <= until_ns]
        return sorted([*nights, *flows], key=lambda due: due.time_ns)

    def charge_dues(self, position: Position, after_ns: int, until_ns: int) -> None:
        """Charge a position, at the present quotes, all that falls into a time; re-open it where swap asks that."""
        contract, quote = self.contracts[position.symbol], self.quote(position.symbol)
        points, last = Fraction(0), 0
        for due in self.dues(position.symbol, after_ns, until_ns):
            if position.open_ns >= due.time_ns:
                continue
            if contract.reopens and not due.cash:
                moved = due.rate(position.side) * due.days
                if moved and self._sure(position, position.steps, due) < position.steps:
                    position.doubts |= {"rollover"}
                    moved = min(moved, Fraction(0))
                points, last = points + moved, due.time_ns if moved else last
            else:
                amount, unsure = self._claim(position, position.steps, quote, due)
                position.swap += amount
                position.doubts |= {"rollover"} if unsure else frozenset()
        if points:
            self._reopen(position, points, last)

    def _reopen(self, position: Position, points: Fraction, time_ns: int) -> None:
        """Close a position at the present quote and let it go on from a price that holds its swap; no commission."""
        quote, before = self.quote(position.symbol), self.time_ns
        self.time_ns = time_ns
        exit_price = quote.exit(position.side)
        base = quote.bid if self.contracts[position.symbol].swap_mode == "reopen_bid" else exit_price
        price = base + position.side * ceil(-points)
        self.close(position, position.steps, exit_price, "rollover", commission=0)
        position.cost = Fraction(price * position.steps)
        position.open_ns, position.age, position.open_reason = time_ns, self.next_age(), "rollover"
        position.best = position.worst = Fraction(price)
        position.commission = position.swap = 0
        position.doubts = frozenset()
        position.margin = self.margin_to_hold(position.symbol, position.side, position.steps, price)
        self.positions[position.ticket] = position
        self.time_ns = before

    def _rollover_inside(self, position: Position, steps: int) -> int | None:
        """Give the debits that fall inside the exit bar, or None where no amount is due either way."""
        bar = self.inside
        if bar is None:
            return None
        quote = bar.at_open if position.symbol == self.inside_symbol else self.quote(position.symbol)
        dues = self.dues(position.symbol, max(bar.time_ns, self.charged_ns[position.symbol]), bar.end_ns - 1)
        amounts = [self._amount(position, steps, quote, due) for due in dues]
        return sum(min(0, amount) for amount in amounts) if any(amounts) else None

    def _owed(self, position: Position, steps: int) -> tuple[int, bool]:
        """Give what came before the present event, while the bar of the position's own symbol was open."""
        after_ns = self.charged_ns[position.symbol]
        if after_ns >= self.time_ns:
            return 0, False
        quote = self.quote(position.symbol)
        dues = self.dues(position.symbol, after_ns, self.time_ns)
        claims = [self._claim(position, steps, quote, due) for due in dues]
        return sum(amount for amount, _ in claims), any(unsure for _, unsure in claims)
