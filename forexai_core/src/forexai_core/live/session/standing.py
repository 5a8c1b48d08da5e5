"""How an account stands that no session answers for: what its journal says is halted, and what is not settled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forexai_core.live.halt_journal import standing_halts
from forexai_core.live.plans import Plan
from forexai_core.live.session.opening import STATE_FILE
from forexai_core.live.session.repeating import open_journal
from forexai_core.live.tracked import UNCLEAR
from forexai_core.services.clocks import RealClock
from forexai_core.services.intents import SqliteIntents
from forexai_core.services.sqlite import Database
from forexai_core.values.clocks import format_time_ns

__all__ = ["standing_of"]


async def standing_of(run: Path, account: str) -> Mapping[str, Any]:
    """Read how an account stood when it was last written of; what its venue has is not known by that.

    Parameters
    ----------
    run : Path
        Folder of the run.
    account : str
        Of it.

    Returns
    -------
    mapping
        ``halts``: reasons by name; ``unknown``: what is known of each intent, by id; ``seen``: False.

    Raises
    ------
    StorageError
        If it cannot be read.
    """
    journal, intents = open_journal(run), SqliteIntents(Database(run / STATE_FILE), RealClock())
    try:
        halts = await standing_halts(journal, account)
        unsettled = [each for each in await intents.unsettled(account) if each.state in UNCLEAR]
    finally:
        journal.close()
        intents.close()
    return {
        "halts": {name: reason for name, (reason, _) in halts.items()},
        "unknown": {
            each.draft.id: f"{Plan.from_bytes(each.draft.request)}; {each.state} since "
            f"{format_time_ns(each.changed_at_ns)}"
            for each in unsettled
        },
        "broken": {},
        "seen": False,
        "positions": [],
        "orders": [],
    }
