"""Links by mail: one use, a short life, and the newest of its kind only."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.tokens import hashed, new_token
from forexai_saas.errors import AccountError
from forexai_saas.storage.database import Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.tables import mail_tokens

__all__ = ["find_mail_token", "issue_mail_token", "use_mail_token", "void_mail_tokens"]

Purpose = Literal["verify", "reset"]


async def issue_mail_token(session: Session, foundation: Foundation, purpose: Purpose, *, life_s: float) -> str:
    """Make a token for the session's person; older ones of the purpose are void."""
    await void_mail_tokens(session, foundation, purpose)
    token = new_token()
    await session.execute(
        sa.insert(mail_tokens).values(
            id=new_id(),
            purpose=purpose,
            token_hash=hashed(token),
            created_ns=foundation.clock.now_ns(),
            expires_ns=foundation.after_ns(life_s),
        )
    )
    return token


async def find_mail_token(foundation: Foundation, token: str) -> tuple[UUID, UUID]:
    """Give the person and the key of a token, whether or not it is still good.

    Raises
    ------
    AccountError
        If there is none.
    """
    found = await foundation.lookups.one("forexai_mail_token", hashed(token))
    if found is None:
        raise _refused()
    return found[0], found[1]


async def use_mail_token(session: Session, foundation: Foundation, token_id: UUID, purpose: Purpose) -> None:
    """Use a token up, or refuse one that was used, is void, too old, or for something else."""
    now_ns = foundation.clock.now_ns()
    good = (
        mail_tokens.c.id == token_id,
        mail_tokens.c.purpose == purpose,
        mail_tokens.c.used_ns.is_(None),
        mail_tokens.c.expires_ns > now_ns,
    )
    if not await session.changed(sa.update(mail_tokens).where(*good).values(used_ns=now_ns)):
        raise _refused()


async def void_mail_tokens(session: Session, foundation: Foundation, purpose: Purpose) -> None:
    """Void what is open of a purpose."""
    await session.execute(
        sa.update(mail_tokens)
        .where(mail_tokens.c.purpose == purpose, mail_tokens.c.used_ns.is_(None))
        .values(used_ns=foundation.clock.now_ns())
    )


def _refused() -> AccountError:
    return AccountError("link.refused", "This link was used already, or is too old. Ask for another.")
