"""Risk between a strategy's wish and the order desk: sizing, and the judgement of all that may lose more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from forexai_core.backtesting.ledger_values import LedgerValues, converted
from forexai_core.backtesting.openings import lost_per_step
from forexai_core.backtesting.proposals import Proposals
from forexai_core.engine.accounting.commissions import fixed_commission
from forexai_core.engine.accounting.margin import initial_margin, maintenance_margin
from forexai_core.engine.accounting.sizing import lost_at_stop
from forexai_core.engine.driving.sleeves import NO_TURN
from forexai_core.engine.state.book import Roster
from forexai_core.engine.state.records import REQUEST_MARKET
from forexai_core.live.session.mirror import Mirror
from forexai_core.live.session.wishes import Sizing
from forexai_core.ports.halts import Halt
from forexai_core.ports.risk import RiskRule
from forexai_core.risk.control import RiskControl
from forexai_core.risk.judging import Judgement
from forexai_core.risk.settings import Risk
from forexai_core.values.accounts import Account, AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderRequest

__all__ = ["Screening", "prepare", "sizing_of"]

_GRID = 1e-9  # of a step: what binary fractions leave of whole ones


def sizing_of(mirror: Mirror, row: int, instrument: Instrument) -> Sizing:
    """Size an opening; one that is sized by risk, by the quotes and the equity of now.

    The formula is the ledger's (`forexai_core.engine.execution.checks.sized`). A backtest sizes at the fill, whose
    price it knows; an order that leaves the process needs its volume before. Without a stop to size by, or a rate that
    converts the loss, there are no lots.
    """
    request, equity = mirror.requests[row], float(mirror.account["equity"])
    fraction, step = float(request["risk_fraction"]), instrument.volume_step
    if fraction <= 0.0:
        return Sizing(lots=round(int(request["volume_steps"]) * step, 8))
    symbol = mirror.symbols[int(request["symbol"])]
    budget = fraction * equity - float(fixed_commission(symbol))
    lost = lost_per_step(request, symbol, instrument)
    if not lost > 0.0 or math.isnan(budget):
        return Sizing(lots=0.0, fraction=fraction, equity=equity)
    steps = int(max(0.0, min(budget / lost + _GRID, float(symbol["max_steps"]))))
    return Sizing(
        lots=round(steps * step, 8), fraction=fraction, equity=equity, budget=budget, per_lot=round(lost / step, 8)
    )


def prepare(mirror: Mirror, roster: Roster) -> None:
    """Load, or compile, what a turn, sizing and judging call: that takes longer than an order, or a lease, may wait."""
    mirror.take_turn(roster, NO_TURN)
    account, symbol = mirror.account, mirror.symbols[0]
    converted(symbol, -1.0, 1)
    lost_at_stop(symbol, REQUEST_MARKET, 1, 2, 1)
    fixed_commission(symbol)
    initial_margin(account, symbol, REQUEST_MARKET, 1, 1, 1)
    maintenance_margin(account, symbol, 1, 1, 1)


class Screening:
    """Judges what may lose more on one account, by the same control and figures as the gate of a backtest.

    Parameters
    ----------
    mirror : Mirror
        The account.
    account : Account
        Its terms.
    instruments : mapping of str to Instrument
        In the order of the mirror's symbols.
    risk : Risk or sequence of RiskRule
        The limits; without any, halts alone are heeded.
    state : AccountState
        Of the account as risk begins.

    Attributes
    ----------
    control : RiskControl
        What watches and judges.
    """

    def __init__(
        self,
        mirror: Mirror,
        account: Account,
        instruments: Mapping[str, Instrument],
        risk: Risk | Sequence[RiskRule] | None,
        state: AccountState,
    ) -> None:
        self.values = LedgerValues(mirror, account, instruments)
        self.control = RiskControl.of(
            () if risk is None else risk,
            balance=state.balance,
            equity=state.equity,
            time_ns=state.time_ns,
            clock=account.clock,
        )
        self._proposals = Proposals(mirror, self.values, account, self.control.rules)

    def judge(
        self,
        row: int,
        kept: int,
        time_ns: int,
        halts: Sequence[Halt] = (),
        *,
        reserved: Sequence[OrderRequest] = (),
    ) -> Judgement | None:
        """Judge the request of a row, those before ``kept`` being on their way; one that passes is counted.

        Parameters
        ----------
        row, kept : int
            Of the mirror's requests.
        time_ns : int
            When it was decided, nanoseconds UTC.
        halts : sequence of Halt
            Those that cover it.
        reserved : sequence of OrderRequest
            Openings that the mirror does not show, and that count in full.

        Returns
        -------
        Judgement or None
            None where it raises nothing that can be lost: nobody is asked then.
        """
        proposal = self._proposals.proposal(row, kept, time_ns, reserved=reserved)
        if proposal is None:
            return None
        judgement = self.control.judge(proposal, halts)
        if judgement.allowed:
            self.control.note_order(time_ns)
        return judgement

    def name_reduction(self, row: int, kept: int, halts: Sequence[Halt] = ()) -> None:
        """Let an order that only reduces name its position, where there is anything that could refuse an opening."""
        if self.control.rules or halts:
            self._proposals.name_reduction(row, kept)
