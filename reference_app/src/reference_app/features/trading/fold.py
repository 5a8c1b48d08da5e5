"""A paper account as it follows from its terms, its market, the clock, and the commands that were written down.

Nothing of it is kept but the commands: whoever has them comes to the same account, to the last cent. So a process that
reckons it may die at any moment, and another one goes on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from forexai_core.backtesting.ledger_values import LedgerValues
from forexai_core.backtesting.proposals import Proposals
from forexai_core.engine.state.market_records import PART_REST
from forexai_core.engine.state.records import REQUEST_CLOSE
from forexai_core.errors import ConfigError, OrderRejectedError, TradingError
from forexai_core.live.paper.requests import row_of, written
from forexai_core.live.paper.venue import PaperVenue
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.risk.control import RiskControl
from forexai_core.risk.judging import Judgement
from forexai_core.risk.settings import Risk
from forexai_core.values.orders import OrderRequest
from reference_app.features.brokers.asked import PaperTerms
from reference_app.features.brokers.market import account_of, set_up
from reference_app.features.trading.asked import Command, Outcome, Wanted

__all__ = ["PaperAccount"]

_FIRST_BARS = 4_096
_MOST_ROWS = 400_000  # of all instruments together: the market ends there
_KILL = "kill"
_HALTED = "on paper"


class PaperAccount:
    """One account on its way through its market.

    Parameters
    ----------
    terms : PaperTerms
        As what it is kept.

    Attributes
    ----------
    taken : int
        Number of the last command.
    time_ns : int
        To when it was reckoned, by the clock.
    control : RiskControl
        Its limits: those of every session that says nothing else.
    halt : Halt or None
        That stands.
    """

    def __init__(self, terms: PaperTerms) -> None:
        self.terms, self.account = terms, account_of(terms)
        self._bars, self._most = _FIRST_BARS, max(_FIRST_BARS, _MOST_ROWS // len(terms.instruments))
        self.venue = PaperVenue(set_up(terms, self._bars), self.account)
        self.symbols = tuple(self.venue.instruments)
        self.values = LedgerValues(self.venue.ledger, self.account, self.venue.instruments)
        self.control = RiskControl.of(
            Risk.of_session(), balance=self.account.balance, time_ns=self.venue.time_ns, clock=self.account.clock
        )
        self._proposals = Proposals(self.venue.ledger, self.values, self.account, self.control.rules)
        self.venue.watch(highest=self.control.watch.rises)
        self.halt: Halt | None = None
        self._cancelled: set[int] = set()
        self._ended: set[int] = set()
        self.taken, self.time_ns = 0, terms.begun_ns
        self._come_to(terms.market_ns)

    # ---------------------------------------------------------------------------------------------------- prices
    @property
    def market_open(self) -> bool:
        """Whether prices are still to come."""
        return bool(self.venue.left) or self._bars < self._most

    def come_to(self, now_ns: int) -> None:
        """Take the prices that there are by a time of the clock; one that is past changes nothing."""
        self.time_ns = max(self.time_ns, now_ns)
        self._come_to(self.terms.market_at(self.time_ns))

    def _come_to(self, market_ns: int) -> None:
        while self._has_one_before(market_ns):
            self._skip(market_ns)
            if self._has_one_before(market_ns):
                self._advance()

    def _has_one_before(self, market_ns: int) -> bool:
        if not self.venue.left and self._bars < self._most:
            self._bars = min(2 * self._bars, self._most)
            self.venue.grow(set_up(self.terms, self._bars))
        return self.venue.left > 0 and int(self._ends(1)[0]) <= market_ns

    def _ends(self, count: int) -> Any:
        """Give when each of the next prices has ended, nanoseconds UTC."""
        ledger, first = self.venue.ledger, self.venue.ledger.events - self.venue.left
        market, stop = ledger.market, min(ledger.events, first + count)
        if not len(market.agenda):
            return market.end_ns[first:stop]
        rows, parts = (market.agenda[name][first:stop] for name in ("row", "part"))
        return np.where(parts & PART_REST, market.end_ns[rows], market.time_ns[rows])

    def _skip(self, market_ns: int) -> None:
        """Take at once what nobody can notice: nothing is open or works, and no day of a limit begins."""
        if not self.venue.calm:
            return
        first = self.venue.ledger.events - self.venue.left
        ends = self._ends(self.venue.left)
        noticed = (ends > market_ns) | (ends >= self.control.quiet_until_ns)
        count = int(noticed.argmax()) if noticed.any() else len(ends) - 1
        if count > 0:
            self.venue.pass_by(first + count)

    def _advance(self) -> None:
        told = len(self.venue.deals)
        self.venue.advance()
        for deal in self.venue.deals[told:]:
            if deal.reason == "signal" and deal.position in self._ended:
                self.venue.give_reason(deal.deal, "kill")
        if self.venue.sighting is not None:
            self.control.see(self.venue.sighting)
        self._heed()

    def _heed(self) -> None:
        """Do what a broken limit, or a halt, asks for; what is asked for already is not asked for twice."""
        flatten = self.control.watch.must_be_flat or (self.halt is not None and self.halt.flatten)
        if flatten or self.halt is not None:
            self._withdraw()
        if flatten:
            self._flatten()

    def _withdraw(self) -> None:
        """Take back what waits to open; what is still on its way, at the next price, where it waits then."""
        for order in self.venue.working():
            if not order.request.position and order.order not in self._cancelled:
                with suppress(OrderRejectedError):
                    self.venue.cancel(order.order)
                    self._cancelled.add(order.order)

    def _flatten(self) -> None:
        """Close what is open and is not being closed whole."""
        lots: dict[int, float] = {}
        for order in self.venue.working():
            lots[order.request.position] = lots.get(order.request.position, 0.0) + order.request.volume_lots
        for position in self.venue.positions():
            left = round(position.volume_lots - lots.get(position.position, 0.0), 8)
            if left > 0:
                self._ended.add(position.position)
                name = f"{_KILL}-{position.position}-{self.venue.time_ns}"
                self._submit(self._closing(name, position.position, left))

    # -------------------------------------------------------------------------------------------------- commands
    def take(self, command: Command) -> Outcome:
        """Carry a command out at its time; one that the account does not take is told why, and changes nothing."""
        self.come_to(command.time_ns)
        self.taken = command.number
        try:
            order = self._carry_out(command.id, command.wanted)
        except (ConfigError, TradingError) as problem:
            return Outcome(id=command.id, problem=str(problem))
        return Outcome(id=command.id, order=order)

    def _carry_out(self, name: str, wanted: Wanted) -> int:
        if wanted.kind in {"place", "close"} and not self.market_open:
            raise TradingError("The market of this account has ended: no price comes any more. Make another account.")
        if wanted.kind == "place":
            return self._place(name, wanted)
        if wanted.kind == "close":
            return self._submit(self._closing(name, wanted.ticket, wanted.volume_lots))
        if wanted.kind in {"halt", "rearm"}:
            self._stop_or_go(wanted)
        elif wanted.kind == "cancel":
            self.venue.cancel(wanted.ticket)
        else:
            if self.halt is not None and wanted.price is not None:
                raise TradingError("This account is halted: stops and targets move, and no order that waits to open.")
            self._modify(wanted)
        return wanted.ticket

    def _stop_or_go(self, wanted: Wanted) -> None:
        """Halt the account, or arm it again with every limit that is broken; one beyond its floor breaks anew."""
        now_ns = self.venue.time_ns
        if wanted.kind == "halt":
            flatten = wanted.flatten or (self.halt is not None and self.halt.flatten)
            self.halt = Halt(
                scope=HaltScope.ACCOUNT,
                name=_HALTED,
                time_ns=self.time_ns,
                by=wanted.by,
                reason=wanted.reason,
                flatten=flatten,
            )
            self._heed()
            return
        self.halt = None
        for floor in self.control.watch.floors:
            if floor.broken_ns:
                self.control.rearm(floor.rule, by=wanted.by, reason=wanted.reason, time_ns=now_ns)

    def _submit(self, request: OrderRequest) -> int:
        return self.venue.submit(request).order

    def _closing(self, name: str, ticket: int, volume_lots: float) -> OrderRequest:
        held = self.venue.position(ticket)
        lots = volume_lots or held.volume_lots
        return OrderRequest(client_id=name, symbol=held.symbol, side=-held.side, volume_lots=lots, position=ticket)

    def order_of(self, name: str, wanted: Wanted, volume_lots: float) -> OrderRequest:
        """Write what is wanted as an order.

        Raises
        ------
        TradingError
            If its instrument is not traded on the account.
        ConfigError
            If it contradicts itself.
        """
        if wanted.symbol not in self.venue.instruments:
            raise TradingError(f"'{wanted.symbol}' is not traded on this account; {', '.join(self.symbols)} are.")
        return OrderRequest(
            client_id=name,
            symbol=wanted.symbol,
            side=wanted.side,
            kind=wanted.order,
            volume_lots=volume_lots,
            price=wanted.price or 0.0,
            limit_price=wanted.limit_price or 0.0,
            stop_loss=wanted.stop_loss or 0.0,
            take_profit=wanted.take_profit or 0.0,
        )

    def judge(self, request: OrderRequest) -> Judgement | None:
        """Ask every limit about an opening as it would be sent now; nothing is sent.

        Returns
        -------
        Judgement or None
            None where it only reduces what is open: nobody is asked then.

        Raises
        ------
        TradingError
            If the order is wrong in itself, or too many are on their way.
        """
        self.venue.quote(request.symbol)  # refuses where there is no price yet
        row = self._weighed(request.symbol, row_of(request, self.venue.instruments[request.symbol]))
        self._proposals.name_reduction(row, row)
        return self._judged(row)

    def _weighed(self, symbol: str, fields: dict[str, Any]) -> int:
        """Write a request where the next one would stand; give its row."""
        ledger = self.venue.ledger
        waiting = int(ledger.account["requests"])
        if waiting >= len(ledger.requests):
            raise TradingError(f"{waiting} orders are on their way already. Wait for the next price.")
        ledger.requests[waiting] = written(fields | {"symbol": self.symbols.index(symbol)})
        return waiting

    def _judged(self, row: int) -> Judgement | None:
        proposal = self._proposals.proposal(row, row, self.venue.time_ns)
        halts = () if self.halt is None else (self.halt,)
        return None if proposal is None else self.control.judge(proposal, halts)

    def _place(self, name: str, wanted: Wanted) -> int:
        request = self.order_of(name, wanted, wanted.volume_lots)
        judgement = self.judge(request)
        if judgement is not None:
            _heed_verdict(judgement)
            self.control.note_order(self.venue.time_ns)
            return self._submit(request)
        named = self.venue.ledger.requests[int(self.venue.ledger.account["requests"])]
        if named["kind"] == REQUEST_CLOSE:  # then it can open nothing where a stop is quicker
            request = self._closing(name, int(named["ticket"]), request.volume_lots)
        return self._submit(request)

    def _modify(self, wanted: Wanted) -> None:
        """Change a stop, a target or an order that waits, where every limit agrees to what it may lose more."""
        asked = wanted.ticket, wanted.price, wanted.stop_loss, wanted.take_profit
        judgement = self._judged(self._weighed(*self.venue.change_of(*asked)))
        if judgement is not None:
            _heed_verdict(judgement)
        self.venue.modify(*asked)


def _heed_verdict(judgement: Judgement) -> None:
    if not judgement.allowed:
        raise TradingError(" ".join(f"{each.rule}: {each.reason}" for each in judgement.refusals))
