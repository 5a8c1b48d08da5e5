"""What people change of themselves."""

from __future__ import annotations

from typing import final
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.accounts.registering import check_name
from forexai_saas.audit.chain import Detail
from forexai_saas.errors import AccountError
from forexai_saas.notifications.messages import LANGUAGES
from forexai_saas.storage.tables import users

__all__ = ["Profiles"]


@final
class Profiles:
    """Changes name and language of a person.

    Parameters
    ----------
    on : Foundation
        Database and audit log.
    """

    def __init__(self, on: Foundation) -> None:
        self._on = on

    async def change(self, user_id: UUID, *, name: str | None = None, language: str | None = None) -> bool:
        """Change what is given; False where nothing is.

        Raises
        ------
        AccountError
            If the name or the language cannot be taken.
        """
        values: dict[str, str] = {}
        if name is not None:
            check_name(name)
            values["name"] = name.strip()
        if language is not None:
            if language not in LANGUAGES:
                raise AccountError("language.unknown", f"Choose one of these languages: {', '.join(LANGUAGES)}.")
            values["language"] = language
        if not values:
            return False
        details: dict[str, Detail] = {"language": language} if language is not None else {}
        personal = {"name": values["name"]} if name is not None else {}
        async with self._on.database.writing(await self._on.scope_of(user_id)) as session:
            await session.execute(sa.update(users).values(**values))
            await record(session, self._on, "account.changed", details=details, personal=personal)
        return True
