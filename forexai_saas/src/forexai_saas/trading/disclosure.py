"""The disclosure of risk: the very words, by version and language, and the record that somebody agreed to them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.audit.chain import Detail
from forexai_saas.errors import AccountError
from forexai_saas.storage.database import Session
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import consents

__all__ = ["LANGUAGES", "RISK", "Consents", "Disclosure", "disclosure", "has_agreed"]

LANGUAGES = ("en", "id")
RISK = "risk"
_VERSION = 1


@attrs.frozen(kw_only=True)
class Disclosure:
    """What is shown before somebody agrees.

    Attributes
    ----------
    version : int
        A later one has to be agreed to anew.
    text : str
        Markdown.
    """

    document: str
    version: int
    language: str
    text: str

    @property
    def text_hash(self) -> bytes:
        """By which the record proves what was shown."""
        return hashlib.sha256(self.text.encode()).digest()


@cache
def disclosure(language: str) -> Disclosure:
    """Give the disclosure of risk that holds now; English where it is not written in a language."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    text = (files("forexai_saas") / "trading" / "texts" / f"{RISK}-{_VERSION}.{chosen}.md").read_text("utf-8")
    return Disclosure(document=RISK, version=_VERSION, language=chosen, text=text)


@final
class Consents:
    """Records that people agreed.

    Parameters
    ----------
    on : Foundation
        Database, clock and audit log.
    """

    def __init__(self, on: Foundation) -> None:
        self._on = on

    async def agree(self, scope: Scope, shown: Disclosure, *, address: str) -> bool:
        """Record that the scope's person agreed to what was shown; False where that is recorded already.

        Raises
        ------
        AccountError
            If another version holds by now, or the words are not ours.
        """
        if shown != disclosure(shown.language):
            raise AccountError("consent.outdated", "The disclosure changed. Read the present one.")
        async with self._on.database.writing(scope) as session:
            insert: Any = (postgresql.insert if session.dialect == "postgresql" else sqlite.insert)(consents)
            added = insert.values(
                document=shown.document,
                version=shown.version,
                text_hash=shown.text_hash,
                language=shown.language,
                given_ns=self._on.clock.now_ns(),
            ).on_conflict_do_nothing(index_elements=["user_id", "document", "version"])
            if await session.value(added.returning(consents.c.given_ns)) is None:
                return False
            details: dict[str, Detail] = {
                "document": shown.document,
                "version": shown.version,
                "language": shown.language,
            }
            await record(session, self._on, "consent.given", details=details, personal={"address": address})
        return True


async def has_agreed(session: Session) -> bool:
    """Tell whether the transaction's person agreed to the disclosure of risk that holds now."""
    this = sa.and_(consents.c.document == RISK, consents.c.version == _VERSION)
    return await session.first(sa.select(consents.c.given_ns).where(this)) is not None
