"""``/api/v1/tenants/{tenant_id}/data``."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from litestar import Request, Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from reference_app.accounts import Accounts
from reference_app.features.data import schemas
from reference_app.features.data.book import PriceFiles
from reference_app.features.data.limits import LARGEST_UPLOAD
from reference_app.features.data.repository import file_rows
from reference_app.http.callers import Caller
from reference_app.http.cursors import page_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.once import Once
from reference_app.http.permissions import PERMISSION
from reference_app.jobs.runner import JobRunner

__all__ = ["data_router"]

_SEE, _WRITE = {PERMISSION: "tenant:data:read"}, {PERMISSION: "strategies:all:write"}


def _fields(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "file_name": row.file_name,
        "symbol": row.symbol,
        "timeframe": row.timeframe,
        "timezone": row.timezone,
        "state": row.state,
        "size_bytes": row.size_bytes,
        "rows": row.rows,
        "first_ns": None if row.first_ns is None else str(row.first_ns),
        "last_ns": None if row.last_ns is None else str(row.last_ns),
        "created_ns": str(row.created_ns),
        "changed_ns": str(row.changed_ns),
    }


def _shown(row: sa.Row[Any], progress: float) -> schemas.PriceFileShown:
    return schemas.PriceFileShown(**_fields(row), progress=progress, problem=row.problem, report=row.report)


@get("/", opt=_SEE, summary="List files of prices.")
async def list_files(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.PriceFileList:
    """List the tenant's files of prices, a page at a time."""
    found = await file_rows(accounts.on.database, caller.scope, cursor=cursor, limit=limit)
    rows, following = page_of(found, limit, "id")
    return schemas.PriceFileList(
        items=tuple(schemas.PriceFileLine(**_fields(row)) for row in rows), next_cursor=following
    )


@post("/", status_code=201, opt=_WRITE, summary="Announce a file of prices.")
async def add_file(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    data: JSONBody[schemas.PriceFileWanted],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    files: NamedDependency[PriceFiles],
    once: NamedDependency[Once],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> Response[schemas.PriceFileShown]:
    """Say what a file holds; its content is sent afterwards."""

    async def add() -> schemas.PriceFileShown:
        return _shown(await files.add(caller.scope, data), 0.0)

    return await once.answer(request, caller, idempotency_key, add, schemas.PriceFileShown, status=201)


@put("/{file_id:uuid}/content", opt=_WRITE, request_max_body_size=LARGEST_UPLOAD, summary="Send a file's content.")
async def fill_file(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    file_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    files: NamedDependency[PriceFiles],
    runner: NamedDependency[JobRunner],
) -> schemas.PriceFileShown:
    """Send the bytes of the file as the body; it is read by a job, and what is found stands in the file's report."""
    row = await files.fill(caller.scope, file_id, request.stream())
    runner.wake()
    return _shown(row, 0.0)


@get("/{file_id:uuid}", opt=_SEE, summary="Show a file of prices and what was found in it.")
async def show_file(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    file_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    files: NamedDependency[PriceFiles],
) -> schemas.PriceFileShown:
    """Show a file, how far it is read, and the report."""
    return _shown(*await files.look(caller.scope, file_id))


@delete("/{file_id:uuid}", opt=_WRITE, summary="Remove a file of prices.")
async def remove_file(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    file_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    files: NamedDependency[PriceFiles],
) -> None:
    """Remove a file with all its bytes."""
    await files.remove(caller.scope, file_id)


data_router = Router(
    "/tenants/{tenant_id:uuid}/data",
    route_handlers=[list_files, add_file, fill_file, show_file, remove_file],
    tags=["data"],
)
