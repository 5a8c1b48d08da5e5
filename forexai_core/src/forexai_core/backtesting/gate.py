"""The gate between a strategy's decisions and the ledger: risk watches every event, and judges what may lose more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forexai_core.arrays import CLOSE_REASONS
from forexai_core.backtesting.ledger_values import LedgerValues
from forexai_core.backtesting.proposals import Proposals
from forexai_core.backtesting.sightings import Sightings
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state.records import (
    ENTRY_IN,
    ENTRY_INOUT,
    NO_PRICE,
    REQUEST,
    REQUEST_CANCEL,
    REQUEST_CLOSE,
)
from forexai_core.ports.risk import RiskRule
from forexai_core.risk.control import RiskControl
from forexai_core.risk.marks import Sighting
from forexai_core.risk.settings import Risk
from forexai_core.values.accounts import Account
from forexai_core.values.instruments import Instrument

__all__ = ["Gate"]

_SIGNAL, _KILL = CLOSE_REASONS.index("signal"), CLOSE_REASONS.index("kill")


class Gate:
    """Watches the account, judges what waits in the ledger, and takes out what a rule refuses.

    Parameters
    ----------
    ledger : Ledger
        The account.
    account : Account
        As the run began; its clock's midnights begin days.
    instruments : mapping of str to Instrument
        In the order of the ledger's symbols.
    risk : Risk or sequence of RiskRule
        The limits. All rules are asked; any refusal wins.

    Attributes
    ----------
    control : RiskControl
        The same that a session has.
    refused : int
        Openings, and changes that widen, refused so far.
    reasons : dict of str to int
        How often each rule refused.
    breaches : int
        How often a price broke a loss limit.
    """

    def __init__(
        self,
        ledger: Ledger,
        account: Account,
        instruments: Mapping[str, Instrument],
        risk: Risk | Sequence[RiskRule],
    ) -> None:
        self._ledger = ledger
        self._values = LedgerValues(ledger, account, instruments)
        start_ns = int(ledger.market.time_ns[0]) if ledger.events else 0
        self.control = RiskControl.of(risk, balance=account.balance, time_ns=start_ns, clock=account.clock)
        self._proposals = Proposals(ledger, self._values, account, self.control.rules)
        self._sightings = Sightings(ledger, highest=self.control.watch.rises)
        self._watches = self.control.watches
        self._still_until_ns = 0  # a flat account needs no look before this
        self._closing: set[int] = set()
        self._deals = 0
        self.refused = 0
        self.reasons: dict[str, int] = {}
        self.breaches = 0

    def advance(self, stop: int) -> None:
        """Take the events before ``stop``, watching the account over each in which something is open or waits."""
        ledger, account = self._ledger, self._ledger.account
        if not self._watches:
            ledger.advance(stop)
            return
        event, whole = int(account["events"]), self.control.wants_quotes
        while event < stop:
            if not (whole or account["positions"] or account["orders"] or account["requests"]):
                ledger.advance(stop)  # nothing can change the account's money
                if account["end_ns"] >= self._still_until_ns:
                    self._follow(self._sightings.now(math.inf, stop - 1))
                    self._still_until_ns = self.control.quiet_until_ns
                return
            self._still_until_ns = 0
            self._follow(self._sightings.take(event))
            event += 1

    def _follow(self, seen: Sighting) -> None:
        self._read_deals()
        if self.control.wants_quotes:
            index = int(self._ledger.account["symbol"])
            bid, ask = self._values.quote(index)
            self.control.see_quote(self._values.instrument(index).symbol, seen.end_ns, bid=bid, ask=ask)
        self.breaches += len(self.control.see(seen))
        if self.control.watch.must_be_flat:
            self._flatten()

    def _read_deals(self) -> None:
        """Tell the control of openings, and name the deals that closed what a limit wanted closed."""
        account, deals = self._ledger.account, self._ledger.book["deals"]
        count = int(account["deals"])
        if count < self._deals:
            self._deals = 0  # the ledger has made room
        for row in deals[self._deals : count]:
            if row["entry"] in {ENTRY_IN, ENTRY_INOUT} and not row["closing"]:
                self.control.note_opening(int(row["time_ns"]))
            elif row["closing"] and int(row["position"]) in self._closing and row["reason"] == _SIGNAL:
                row["reason"] = _KILL
        self._deals = count

    def _flatten(self) -> None:
        """Ask for the end of all that is open and waits; what is asked for already is not asked for twice."""
        account, requests = self._ledger.account, self._ledger.requests
        rows = requests[: account["requests"]]
        asked = {int(row["ticket"]) for row in rows if row["kind"] in {REQUEST_CLOSE, REQUEST_CANCEL}}
        kept = [row.copy() for row in rows if int(row["ticket"]) in self._closing or row["kind"] == REQUEST_CANCEL]
        for kind, held in (
            (REQUEST_CANCEL, self._ledger.orders[: account["orders"]]),
            (REQUEST_CLOSE, self._ledger.positions[: account["positions"]]),
        ):
            for row in held:
                ticket = int(row["ticket"])
                if kind == REQUEST_CLOSE:
                    self._closing.add(ticket)
                if ticket not in asked:
                    kept.append(self._ending(kind, row))
        for number, row in enumerate(kept):
            requests[number] = row
        account["requests"] = len(kept)

    def _ending(self, kind: int, row: Any) -> Any:
        request = np.zeros(1, REQUEST)[0]
        for name in ("price", "limit_price", "stop_loss", "take_profit"):
            request[name] = NO_PRICE
        request["kind"] = kind
        for name in ("symbol", "strategy", "ticket"):
            request[name] = row[name]
        request["decided_ns"] = self._ledger.account["end_ns"]
        return request

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
            if not self._allows(row, kept, time_ns):
                continue
            if kept != row:
                requests[kept] = requests[row]
            kept += 1
        account["requests"] = kept

    def _allows(self, row: int, kept: int, time_ns: int) -> bool:
        self._proposals.name_reduction(row, kept)
        proposal = self._proposals.proposal(row, kept, time_ns)
        if proposal is None:
            return True
        judgement = self.control.judge(proposal)
        if judgement.allowed:
            self.control.note_order(time_ns)
            return True
        self.refused += 1
        for verdict in judgement.refusals:
            self.reasons[verdict.rule] = self.reasons.get(verdict.rule, 0) + 1
        return False
