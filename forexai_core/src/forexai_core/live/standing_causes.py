"""Whether what halted an account is still so: then no person can release it."""

from __future__ import annotations

from forexai_core.errors import FencedError, StorageError
from forexai_core.live.intent_book import IntentBook
from forexai_core.live.placing import Placing
from forexai_core.live.snapshots import Snapshot

__all__ = ["standing_cause"]


async def standing_cause(name: str, *, book: IntentBook, placing: Placing, snapshot: Snapshot | None) -> str:
    """Say why a halt has to stand; empty where nothing speaks against releasing it.

    Parameters
    ----------
    name : str
        Of the halt.
    book : IntentBook
        The account's intents.
    placing : Placing
        Which login was meant.
    snapshot : Snapshot or None
        The last look at the venue.
    """
    return _seen_cause(name, book, placing, snapshot) or await _written_cause(book)


def _seen_cause(name: str, book: IntentBook, placing: Placing, snapshot: Snapshot | None) -> str:
    """Say what a look at the venue still shows of a cause."""
    kind, _, about = name.partition(":")
    if kind == "login" and (snapshot is None or snapshot.login != placing.login):
        shown = "none" if snapshot is None else f"'{snapshot.login}'"
        return f"the venue shows account {shown} instead of '{placing.login}'."
    if any(each.id == about for each in book.unclear):
        return f"nobody knows yet what became of intent {about}: decide that first."
    if kind == "unprotected":
        ticket = about.partition(":")[0]
        open_ = () if snapshot is None else snapshot.positions
        if any(str(each.position) == ticket and not each.stop_loss for each in open_):
            return f"position {ticket} has no stop at the venue still: give it one there, or close it."
    return ""


async def _written_cause(book: IntentBook) -> str:
    """Say why nothing that would be sent could be written down."""
    try:
        await book.check()
    except FencedError:
        return "another session has the account."
    except StorageError as problem:
        return f"orders cannot be written down: {problem}"
    return ""
