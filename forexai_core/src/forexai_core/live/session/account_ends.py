"""How the accounts of a session stood when it ended."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import TRADE
from forexai_core.live.session.account_run import AccountRun
from forexai_core.live.session.bulkhead import Bulkhead
from forexai_core.live.session.endings import Ending, write_ending
from forexai_core.live.session.failures import told
from forexai_core.values.accounts import AccountState
from forexai_core.values.positions import Position

__all__ = ["AccountEnd", "end_of"]


@attrs.frozen(kw_only=True)
class AccountEnd:
    """How an account stood when its session ended.

    Attributes
    ----------
    trades : (trades,) TRADE
        Of all its strategies.
    state : AccountState
        Its money.
    positions : tuple of Position
        What is still open; none where the prices have ended.
    unprotected : tuple of int
        Tickets of those that have no stop at the venue.
    decisions : int
        How often a strategy decided.
    halted : tuple of str
        Why nothing may be opened any more.
    failed : str
        What failed on it, so that it went on no longer, or its strategies were asked no more; empty where nothing did.
    """

    trades: NDArray[np.void]
    state: AccountState
    positions: tuple[Position, ...]
    unprotected: tuple[int, ...]
    decisions: int
    halted: tuple[str, ...]
    failed: str = ""


async def end_of(run: AccountRun, why: Ending, bulkhead: Bulkhead) -> AccountEnd:
    """Bring an account to its end, and say how it stands; one that has failed is left as it is."""
    trades = np.empty(0, TRADE)
    if run.plan.name not in bulkhead.failures:
        async with bulkhead.around(run):
            trades = await run.finish()
            await write_ending(run, why)
    problem = bulkhead.failures.get(run.plan.name)
    if problem is not None:
        async with bulkhead.around(run):
            trades = run.trades()
    positions = run.positions()
    return AccountEnd(
        trades=trades,
        state=run.state(),
        positions=positions,
        unprotected=tuple(each.position for each in positions if not each.stop_loss),
        decisions=run.session.book.decisions - run.earlier,
        halted=(*run.session.desk.blocks.reasons(), *run.broken()),
        failed=run.silenced if problem is None else told(problem),
    )
