"""Administrators of the platform: who is one, and how sure that has to be."""

from __future__ import annotations

from typing import final
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.audit.log import SYSTEM, Event
from forexai_saas.errors import AccountError
from forexai_saas.storage.tables import users

__all__ = ["STEP_UP_NS", "Administrators", "check_administrator"]

STEP_UP_NS = 5 * 60 * 10**9
"""How long a code of the authenticator stands for what an administrator changes."""

_AHEAD_NS = 5 * 10**9  # clocks of two servers may differ by so much


def check_administrator(
    *, platform_admin: bool, second_factor_ns: int | None, totp_ns: int | None, now_ns: int, changes: bool
) -> None:
    """Refuse whoever is no administrator, or not sure enough to be one.

    Parameters
    ----------
    platform_admin : bool
        As the database says now.
    second_factor_ns, totp_ns : int or None
        When a factor, and a code of the authenticator, was last shown in the session.
    now_ns : int
        The time.
    changes : bool
        Whether something is changed: that takes a code of the last five minutes. Seeing takes a session with a factor.

    Raises
    ------
    AccountError
        With the reason.
    """
    if not platform_admin:
        raise AccountError("permission.missing", "This is for administrators of the platform.")
    if second_factor_ns is None:
        raise AccountError("second-factor.needed", "Administrators sign in with a second factor. Set one up first.")
    if changes and (totp_ns is None or not -_AHEAD_NS <= now_ns - totp_ns <= STEP_UP_NS):
        raise AccountError("step-up.needed", "Show a code of your authenticator app first.")


@final
class Administrators:
    """Appoints and dismisses; for whoever runs the server, at its command line.

    Parameters
    ----------
    on : Foundation
        Database, look-ups and audit log.
    """

    def __init__(self, on: Foundation) -> None:
        self._on = on

    async def appoint(self, email: str, *, admin: bool = True) -> bool:
        """Make somebody an administrator, or no longer; False where that is so already.

        Raises
        ------
        AccountError
            If nobody of that mail address is there, or the address was not proved.
        """
        found = await self._on.lookups.one("forexai_user_by_email", email)
        if found is None:
            raise AccountError("user.unknown", "There is no such person.")
        user_id: UUID = found[0]
        scope = await self._on.scope_of(user_id)
        async with self._on.database.writing(scope) as session:
            proved = await session.value(sa.select(users.c.email_verified_ns))
            if admin and proved is None:
                raise AccountError(
                    "sign-in.unverified", "This address was not proved yet. Follow the link in the mail."
                )
            this = sa.update(users).where(users.c.platform_admin.is_(not admin)).values(platform_admin=admin)
            if not await session.changed(this):
                return False
            if scope.tenant_id is not None:
                action = "administrator.appointed" if admin else "administrator.dismissed"
                await self._on.audit.append(session, Event(action=action, actor=SYSTEM, subject=user_id))
        return True
