"""The job that has a file of prices read."""

from __future__ import annotations

from typing import Any, final

import attrs
import msgspec
import sqlalchemy as sa

from forexai_core.errors import NotFoundError
from forexai_core.ports.blobs import Blobs
from forexai_core.ports.jobs import Job
from forexai_saas.accounts.foundation import Foundation
from reference_app.features.data import repository
from reference_app.features.data.asked import FileChecked, FileGiven
from reference_app.features.data.book import blob_of
from reference_app.jobs.handling import Order, Subject

__all__ = ["FileCheck"]

_UNPACKED = 16


@final
@attrs.frozen(kw_only=True)
class FileCheck:
    """Handles jobs that read files.

    Attributes
    ----------
    on : Foundation
        Database and clock.
    blobs : Blobs
        Where the bytes lie.
    """

    on: Foundation
    blobs: Blobs

    async def begin(self, subject: Subject, job: Job) -> Order | None:
        """Hand the file over; nothing is left to do where it is gone, or was read already."""
        row = await repository.file_row(self.on.database, subject.scope, subject.id)
        if row is None or not _is_of(row, job):
            return None
        try:
            content = await self.blobs.get(blob_of(subject.tenant_id, row.upload, "sent"))
        except NotFoundError:
            await self.refuse(subject, job, "What was sent is not there any more. Send it again.")
            return None
        given = FileGiven(
            content=content,
            file_name=row.file_name,
            symbol=row.symbol,
            timeframe=row.timeframe,
            timezone=row.timezone,
            largest_unpacked=_UNPACKED * max(len(content), 1 << 20),
        )
        return Order(task="data.checked", body=msgspec.msgpack.encode(given))

    async def finish(self, subject: Subject, job: Job, found: bytes) -> None:
        """Keep the bars, then the report; a file that was removed meanwhile leaves nothing behind."""
        checked = msgspec.msgpack.decode(found, type=FileChecked)
        row = await repository.file_row(self.on.database, subject.scope, subject.id)
        if row is None or not _is_of(row, job):
            return
        key = blob_of(subject.tenant_id, row.upload, "bars")
        await self.blobs.put(key, checked.prices)
        values = {
            "state": "ready",
            "report": checked.report,
            "rows": checked.rows,
            "first_ns": checked.first_ns,
            "last_ns": checked.last_ns,
        }
        if not await repository.change_row(self.on, subject.scope, subject.id, values, checking=row.upload):
            await self.blobs.delete(key)

    async def refuse(self, subject: Subject, job: Job, problem: str) -> None:
        """Say what is wrong with the file."""
        row = await repository.file_row(self.on.database, subject.scope, subject.id)
        if row is not None and _is_of(row, job):
            values = {"state": "refused", "problem": problem}
            await repository.change_row(self.on, subject.scope, subject.id, values, checking=row.upload)

    async def give_up(self, subject: Subject, job: Job) -> None:
        """Nobody cancels the reading of a file but who removes it, and then there is no row."""
        await self.refuse(subject, job, "The reading was cancelled.")


def _is_of(row: sa.Row[Any], job: Job) -> bool:
    """Tell whether a file still waits for this very job, and not for that of a later upload."""
    return row.state == "checking" and job.request.key.endswith(f":{row.upload}")
