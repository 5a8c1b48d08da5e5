"""What a compiled step reads, found in its code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from forexai_core.backtesting.step_code import Seen, UnreadableError, read_step
from forexai_core.backtesting.step_memory import hidden_memory
from forexai_core.engine.deciding.programs import Program
from forexai_core.ports.strategy import StrategyForm

__all__ = ["ALL_READ", "Reads", "kept_apart", "reads_of"]

_MONEY = frozenset({"balance", "equity"})
_RISK = frozenset({"buy_risk", "sell_risk"})
_BY_TICKET = frozenset({"close", "close_by", "modify", "modify_order", "trail", "cancel"})


class Reads(NamedTuple):
    """What of the account and of a position sizes or decisions may depend on."""

    reads_money: bool
    reads_tickets: bool
    reads_ages: bool
    reads_entries: bool
    only_sizes: bool
    """Whether money, where it matters, only sizes orders that risk a share of the equity."""


ALL_READ = Reads(reads_money=True, reads_tickets=True, reads_ages=True, reads_entries=True, only_sizes=False)
"""Of decisions whose code is not read."""


def kept_apart(strategy: Any) -> str:
    """Say why a compiled step cannot be followed along other paths; empty where it can.

    Parameters
    ----------
    strategy : strategy
        Of any form.
    """
    function = getattr(strategy, "_function", None)
    if function is None:
        is_step = getattr(strategy, "form", None) is StrategyForm.COMPILED
        found = "its code is not known" if is_step else ""
    else:
        found = hidden_memory(function)
    return found and (
        f"{strategy.name} may remember things outside its state ({found}), so it cannot be followed along other paths "
        "than its own (keep them in state, and draw by forexai_core.strategies.draws)"
    )


def reads_of(strategy: Any, programs: Iterable[Program]) -> Reads:
    """Say what sizes or decisions may depend on.

    Parameters
    ----------
    strategy : strategy
        Whose step it is, where it has one.
    programs : iterable of Program
        What it decides by.

    Returns
    -------
    Reads
        All true where the code does anything with its row or its commands that cannot be told.
    """
    programs = list(programs)
    by_risk = any(program.management["risk_fraction"][0] > 0.0 for program in programs)
    if all(program.step is None for program in programs):
        return Reads(
            reads_money=by_risk, reads_tickets=False, reads_ages=False, reads_entries=False, only_sizes=by_risk
        )
    function = getattr(strategy, "_function", None)
    if function is None:
        return ALL_READ
    try:
        seen = read_step(function)
    except UnreadableError:
        return ALL_READ
    return _reads(seen, by_risk=by_risk)


def _reads(seen: Seen, *, by_risk: bool) -> Reads:
    sized = bool(seen.commands & _RISK) or "risk_fraction" in seen.written
    named = bool(seen.commands & _BY_TICKET) or bool(seen.written & {"ticket", "ticket_by"})
    seen_itself = bool(seen.fields & _MONEY)
    return Reads(
        reads_money=by_risk or sized or seen_itself,
        reads_tickets=named or "ticket" in seen.fields,
        reads_ages="bars_held" in seen.fields,
        reads_entries="entry_price" in seen.fields,
        only_sizes=(by_risk or sized) and not seen_itself,
    )
