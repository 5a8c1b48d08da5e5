"""The gate between a strategy's decisions and the ledger: every opening is shown to the risk rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forexai_core.engine import records
from forexai_core.engine.commissions import fixed_commission, step_commission
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.money import convert
from forexai_core.engine.records import NO_PRICE
from forexai_core.ports.risk import Proposal, RiskRule
from forexai_core.risk.judging import judge
from forexai_core.values.accounts import Account, AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderKind, OrderRequest, OrderState, OrderStatus, TimeInForce
from forexai_core.values.positions import Position
from forexai_core.values.timeframes import NS_PER_MINUTE

__all__ = ["Gate"]

_KINDS = {
    records.REQUEST_MARKET: OrderKind.MARKET,
    records.REQUEST_BUY_SELL_LIMIT: OrderKind.LIMIT,
    records.REQUEST_BUY_SELL_STOP: OrderKind.STOP,
    records.REQUEST_STOP_LIMIT: OrderKind.STOP_LIMIT,
}


def _price(points: int, symbol: Any) -> float:
    return 0.0 if points == NO_PRICE else float(points / symbol["scale"])


def _life(expiry_ns: int) -> TimeInForce:
    if expiry_ns == records.UNTIL_MIDNIGHT:
        return TimeInForce.DAY
    return TimeInForce.UNTIL if expiry_ns else TimeInForce.GTC


class Gate:
    """Judges what waits in the ledger, and takes out what a rule refuses.

    Parameters
    ----------
    ledger : Ledger
        The account.
    account : Account
        As the run began; its clock's midnights begin days.
    instruments : mapping of str to Instrument
        In the order of the ledger's symbols.
    rules : sequence of RiskRule
        All are asked; any refusal wins.

    Attributes
    ----------
    refused : int
        Openings refused so far.
    reasons : dict of str to int
        How often each rule refused.
    """

    def __init__(
        self,
        ledger: Ledger,
        account: Account,
        instruments: Mapping[str, Instrument],
        rules: Sequence[RiskRule],
    ) -> None:
        self._ledger = ledger
        self._account = account
        self._instruments = tuple(instruments.values())
        self._rules = tuple(rules)
        self._day = -1
        self._day_start = self._peak = account.balance
        self._sent: list[int] = []
        self.refused = 0
        self.reasons: dict[str, int] = {}

    def watch(self, time_ns: int) -> None:
        """Follow the account's equity; call it at every decision, before the strategy's."""
        equity = float(self._ledger.account["equity"])
        self._peak = max(self._peak, equity)
        day = int(self._account.clock.to_wall_ns(np.array([time_ns]))[0] // (1_440 * NS_PER_MINUTE))
        if day != self._day:
            self._day, self._day_start = day, equity

    def screen(self, time_ns: int, first: int) -> None:
        """Judge the requests from row ``first`` on, and drop those that are refused.

        Parameters
        ----------
        time_ns : int
            When they were decided, nanoseconds UTC.
        first : int
            How many waited before.
        """
        requests, account = self._ledger.requests, self._ledger.account
        kept = first
        for row in range(first, int(account["requests"])):
            if int(requests[row]["kind"]) in _KINDS and not self._allows(requests[row], time_ns):
                continue
            if kept != row:
                requests[kept] = requests[row]
            kept += 1
        account["requests"] = kept

    def _allows(self, request: Any, time_ns: int) -> bool:
        judgement = judge(self._rules, self._proposal(request, time_ns))
        if judgement.allowed:
            self._sent = [each for each in self._sent if each > time_ns - 2 * NS_PER_MINUTE]
            self._sent.append(time_ns)
            return True
        self.refused += 1
        for verdict in judgement.refusals:
            self.reasons[verdict.rule] = self.reasons.get(verdict.rule, 0) + 1
        return False

    def _proposal(self, request: Any, time_ns: int) -> Proposal:
        index = int(request["symbol"])
        symbol = self._ledger.symbols[index]
        instrument = self._instruments[index]
        order, stop_points = self._order(request, symbol, instrument)
        account = self._ledger.account
        rate = float(convert(symbol, -1.0, int(symbol["bid"])))
        steps = round(order.volume_lots / instrument.volume_step)
        value = steps * float(symbol["value_per_point_step"]) * -rate
        quote = int(symbol["ask"] if order.side > 0 else symbol["bid"])
        costs = steps * float(step_commission(symbol, quote, quote)) + float(fixed_commission(symbol))
        return Proposal(
            time_ns=time_ns,
            request=order,
            instrument=instrument,
            bid=_price(symbol["bid"], symbol),
            ask=_price(symbol["ask"], symbol),
            account=AccountState(
                time_ns=time_ns,
                currency=self._account.currency,
                balance=float(account["balance"]),
                equity=float(account["equity"]),
                margin=float(account["margin"]),
            ),
            positions=tuple(map(self._position, self._ledger.positions[: account["positions"]])),
            orders=tuple(map(self._pending, self._ledger.orders[: account["orders"]])),
            day_start_equity=self._day_start,
            peak_equity=self._peak,
            profit_rate=-rate,
            recent_order_times_ns=tuple(self._sent),
            entry_risk=None if stop_points is None else stop_points * value + costs,
        )

    def _order(self, request: Any, symbol: Any, instrument: Instrument) -> tuple[OrderRequest, int | None]:
        """Write a request as an order, with the points that its stop is away."""
        kind = _KINDS[int(request["kind"])]
        side = int(request["side"])
        quote = int(symbol["ask"] if side > 0 else symbol["bid"])
        own = quote if kind is OrderKind.MARKET else int(request["price"])
        if kind is OrderKind.STOP_LIMIT:
            own = int(request["limit_price"])
        stop = int(request["stop_loss"])
        if stop == NO_PRICE and request["stop_distance"] > 0:
            stop = own - side * int(request["stop_distance"])
        target = int(request["take_profit"])
        if target == NO_PRICE and request["target_distance"] > 0:
            target = own + side * int(request["target_distance"])
        away = None if stop == NO_PRICE else max(0, side * (own - stop))
        lots = self._lots(request, symbol, instrument, away)
        expiry_ns = int(request["expiry_ns"])
        return (
            OrderRequest(
                client_id=f"{instrument.symbol}-{self._ledger.account['next_ticket']}",
                symbol=instrument.symbol,
                side=side,
                kind=kind,
                volume_lots=lots,
                price=0.0 if kind is OrderKind.MARKET else _price(request["price"], symbol),
                limit_price=_price(request["limit_price"], symbol),
                stop_loss=_price(stop, symbol),
                take_profit=_price(target, symbol),
                time_in_force=_life(expiry_ns),
                expire_time_ns=max(expiry_ns, 0),
            ),
            away,
        )

    def _lots(self, request: Any, symbol: Any, instrument: Instrument, away: int | None) -> float:
        """Give the volume that a request asks for; by risk, as it would be sized now."""
        steps = int(request["volume_steps"])
        if request["risk_fraction"] > 0.0 and away:
            lost = -float(convert(symbol, -away * float(symbol["value_per_point_step"]), int(symbol["bid"])))
            quote = int(symbol["ask"] if request["side"] > 0 else symbol["bid"])
            lost += float(step_commission(symbol, quote, quote))
            budget = float(request["risk_fraction"] * self._ledger.account["equity"] - fixed_commission(symbol))
            steps = min(int(budget / lost + 1e-9), int(symbol["max_steps"]))
        return round(max(steps, 1) * instrument.volume_step, 8)

    def _position(self, row: Any) -> Position:
        symbol = self._ledger.symbols[row["symbol"]]
        instrument = self._instruments[int(row["symbol"])]
        steps = int(row["volume_steps"])
        return Position(
            position=int(row["ticket"]),
            symbol=instrument.symbol,
            side=int(row["side"]),
            volume_lots=round(steps * instrument.volume_step, 8),
            open_time_ns=int(row["open_ns"]),
            open_price=float(row["cost"] / steps / symbol["scale"]),
            stop_loss=_price(row["stop_loss"], symbol),
            take_profit=_price(row["take_profit"], symbol),
            price=_price(symbol["bid"] if row["side"] > 0 else symbol["ask"], symbol),
            swap=float(row["swap"]),
            commission=float(row["commission"]),
        )

    def _pending(self, row: Any) -> OrderState:
        symbol = self._ledger.symbols[row["symbol"]]
        instrument = self._instruments[int(row["symbol"])]
        kind = _KINDS[int(row["kind"])]
        expiry_ns = int(row["expiry_ns"])
        limited = kind is OrderKind.STOP_LIMIT
        request = OrderRequest(
            client_id=f"{instrument.symbol}-{row['ticket']}",
            symbol=instrument.symbol,
            side=int(row["side"]),
            kind=kind,
            volume_lots=round(int(row["volume_steps"]) * instrument.volume_step, 8),
            price=_price(row["price"], symbol),
            limit_price=_price(row["limit_price"], symbol) if limited else 0.0,
            stop_loss=_price(row["stop_loss"], symbol),
            take_profit=_price(row["take_profit"], symbol),
            time_in_force=TimeInForce.UNTIL if expiry_ns else TimeInForce.GTC,
            expire_time_ns=expiry_ns,
        )
        return OrderState(
            order=int(row["ticket"]),
            request=request,
            status=OrderStatus.PLACED,
            placed_time_ns=int(row["placed_ns"]),
        )
