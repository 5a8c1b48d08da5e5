"""The files of prices that a tenant uploads."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any, final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_core.errors import ForexAIError, NotFoundError
from forexai_core.ports.blobs import Blobs
from forexai_core.ports.jobs import Jobs, JobState
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.errors import AccountError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from reference_app.features.data import repository
from reference_app.features.data.limits import largest_upload
from reference_app.features.data.schemas import PriceFileWanted
from reference_app.jobs.handling import Subject, request_of
from reference_app.metering import Holdings
from reference_app.tables import price_files

__all__ = ["CHECK", "PriceFiles", "blob_of"]

CHECK = "prices.check"
"""Kind of the job that reads a file."""

_FEATURE = "data_sources"
_GIVEN_UP = frozenset({JobState.FAILED, JobState.CANCELLED})


def blob_of(tenant_id: UUID, upload: UUID, part: str) -> str:
    """Name the blob of an upload: ``sent`` as it came, ``bars`` as it was understood."""
    return f"tenants/{tenant_id}/prices/{upload}/{part}"


@final
@attrs.frozen(kw_only=True)
class PriceFiles:
    """Keeps files: a row, the bytes that were sent, and once a process has read them the bars.

    Attributes
    ----------
    on : Foundation
        Database and clock.
    facts : FactBook
        Tells a tenant's plan, and so how large a file may be.
    holdings : Holdings
        A unit of the plan's data sources for each file.
    blobs, jobs
        Where bytes lie, and who reads them.
    """

    on: Foundation
    facts: FactBook
    holdings: Holdings
    blobs: Blobs
    jobs: Jobs

    async def add(self, scope: Scope, wanted: PriceFileWanted) -> sa.Row[Any]:
        """Announce a file.

        Raises
        ------
        QuotaExceededError
            If the plan allows no more data sources.
        """
        made, now_ns = new_id(), self.on.clock.now_ns()
        await self.holdings.take(scope, _FEATURE, made, sa.select(price_files.c.id))
        values = {
            "id": made,
            "name": wanted.name.strip() or wanted.symbol,
            "file_name": wanted.file_name,
            "symbol": wanted.symbol,
            "timeframe": wanted.timeframe,
            "timezone": wanted.timezone,
            "state": "waiting",
            "size_bytes": 0,
            "rows": 0,
            "problem": "",
            "created_ns": now_ns,
            "changed_ns": now_ns,
        }
        try:
            await repository.add_row(self.on, scope, values)
        except ForexAIError:
            await self.holdings.give_back(scope, _FEATURE, made)
            raise
        return await self.find(scope, made)

    async def fill(self, scope: Scope, file_id: UUID, content: AsyncIterator[bytes]) -> sa.Row[Any]:
        """Keep what is sent as the content of a file, and have it read.

        Raises
        ------
        AccountError
            If it has content already, or is larger than the plan allows.
        NotFoundError
            If there is no such file.
        """
        row = await self.find(scope, file_id)
        _check_open(row)
        sent = await _read(content, await self._limit(scope))
        subject, upload = Subject(tenant_id=row.tenant_id, id=file_id), new_id()
        key = blob_of(row.tenant_id, upload, "sent")
        await self.blobs.put(key, sent)
        values = {
            "state": "checking",
            "upload": upload,
            "size_bytes": len(sent),
            "sha256": hashlib.sha256(sent).hexdigest(),
            "problem": "",
            "report": None,
        }
        if not await repository.change_row(self.on, scope, file_id, values, checking=None):
            await self.blobs.delete(key)
            _check_open(await self.find(scope, file_id))
        if row.upload is not None:
            await self.blobs.delete(blob_of(row.tenant_id, row.upload, "sent"))
        await self.jobs.enqueue(request_of(CHECK, subject, str(upload)))
        return await self.find(scope, file_id)

    async def find(self, scope: Scope, file_id: UUID) -> sa.Row[Any]:
        """Give a file.

        Raises
        ------
        NotFoundError
            If there is no such file.
        """
        row = await repository.file_row(self.on.database, scope, file_id)
        if row is None:
            raise _missing()
        return row

    async def look(self, scope: Scope, file_id: UUID) -> tuple[sa.Row[Any], float]:
        """Give a file, and how far its reading is, 0 to 1.

        A job that was lost is added again, and one that was given up without anybody noting it is noted.
        """
        row = await self.find(scope, file_id)
        if row.state != "checking":
            return row, 1.0 if row.state == "ready" else 0.0
        job = await self.jobs.enqueue(request_of(CHECK, Subject(tenant_id=row.tenant_id, id=file_id), str(row.upload)))
        if job.state in _GIVEN_UP:
            values = {"state": "refused", "problem": job.error}
            await repository.change_row(self.on, scope, file_id, values, checking=row.upload)
            return await self.find(scope, file_id), 0.0
        return row, job.progress

    async def remove(self, scope: Scope, file_id: UUID) -> None:
        """Remove a file with all its bytes; results that rest on it stay.

        Raises
        ------
        NotFoundError
            If there is no such file.
        """
        row = await repository.remove_row(self.on, scope, file_id)
        if row is None:
            raise _missing()
        if row.upload is not None:
            for part in ("sent", "bars"):
                await self.blobs.delete(blob_of(row.tenant_id, row.upload, part))
        await self.holdings.give_back(scope, _FEATURE, file_id)

    async def _limit(self, scope: Scope) -> int:
        async with self.on.database.reading(scope) as session:
            return largest_upload((await self.facts.standing(session)).plan)


async def _read(content: AsyncIterator[bytes], largest: int) -> bytes:
    parts, size = [], 0
    async for part in content:
        size += len(part)
        if size > largest:
            raise AccountError(
                "prices.large",
                f"The file has more than the {largest >> 20} MiB that your plan allows. Pack it (.gz), or send less.",
            )
        parts.append(part)
    if not size:
        raise AccountError("prices.empty", "The file is empty. Send its content as the body of the request.")
    return b"".join(parts)


def _check_open(row: sa.Row[Any]) -> None:
    if row.state not in {"waiting", "refused"}:
        raise AccountError("prices.there", "This file has its content already. Add another file for other prices.")


def _missing() -> NotFoundError:
    return NotFoundError("There is no such file of prices.")
