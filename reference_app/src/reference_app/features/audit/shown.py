"""Records and verdicts as answers."""

from __future__ import annotations

from forexai_core.errors import IntegrityError
from forexai_saas.audit.log import AuditView
from forexai_saas.audit.verifying import Auditor, Head
from forexai_saas.errors import AccountError
from forexai_saas.storage.database import Database
from forexai_saas.storage.scopes import Scope
from reference_app.features.audit.schemas import Broken, RecordShown, VerdictShown

__all__ = ["shown", "verdict"]


def shown(view: AuditView, *, personal: bool = True) -> RecordShown:
    """Show a record; without what is personal, and who is behind the pseudonyms, where that is nobody's business."""
    return RecordShown(
        number=view.number,
        time_ns=str(view.time_ns),
        action=view.action,
        actor=view.actor,
        subject=view.subject,
        actor_id=view.actor_id if personal else None,
        subject_id=view.subject_id if personal else None,
        details=view.details,
        personal=view.personal if personal else None,
    )


async def verdict(database: Database, auditor: Auditor, scope: Scope, head: str) -> VerdictShown:
    """Verify the chain of the scope's tenant, and sign how far it has come.

    Raises
    ------
    AccountError
        If the head is none, another tenant's, or was not signed here.
    """
    async with database.reading(scope) as session:
        try:
            kept = Head.from_text(head) if head else None
            found = await auditor.verify(session, kept=kept)
        except IntegrityError as problem:
            raise AccountError("audit.head", str(problem)) from problem
        signed = await auditor.head(session)
    broken = None if found.broken is None else Broken(number=found.broken.number, problem=found.broken.problem)
    return VerdictShown(sound=found.sound, records=found.records, broken=broken, head=signed.text())
