"""What the account services write into the audit log."""

from __future__ import annotations

from collections.abc import Mapping

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.audit.chain import Detail
from forexai_saas.audit.log import SYSTEM, Event
from forexai_saas.storage.database import Session
from forexai_saas.storage.scopes import Scope

__all__ = ["record", "record_about", "record_alone"]


async def record(
    session: Session,
    on: Foundation,
    action: str,
    *,
    details: Mapping[str, Detail] | None = None,
    personal: Mapping[str, str] | None = None,
) -> None:
    """Record what the transaction's person did, or the software where it speaks for no person.

    Somebody who works for no tenant any more has no log to stand in, and can do nothing in one.
    """
    if session.scope.tenant_id is not None:
        who = session.scope.user_id or SYSTEM
        event = Event(action=action, actor=who, details=details or {}, personal=personal or {})
        await on.audit.append(session, event)


async def record_about(
    session: Session,
    on: Foundation,
    action: str,
    *,
    details: Mapping[str, Detail] | None = None,
    personal: Mapping[str, str] | None = None,
) -> None:
    """Record what happened to the transaction's person, done by whoever it was."""
    whom = session.scope.user_id
    if session.scope.tenant_id is not None and whom is not None:
        event = Event(action=action, actor=SYSTEM, subject=whom, details=details or {}, personal=personal or {})
        await on.audit.append(session, event)


async def record_alone(on: Foundation, scope: Scope, action: str, *, details: Mapping[str, Detail]) -> None:
    """Record a refusal: what refused it was undone, so this is a transaction of its own."""
    async with on.database.writing(scope) as session:
        await record(session, on, action, details=details)
