"""``/api/v1/tenants/{tenant_id}/backtests``."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from forexai_core.ports.jobs import Job
from forexai_saas.errors import AccountError
from reference_app.accounts import Accounts
from reference_app.features.backtests import schemas
from reference_app.features.backtests.book import Backtests
from reference_app.features.backtests.repository import backtest_rows
from reference_app.http.callers import Caller
from reference_app.http.cursors import page_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.once import Once
from reference_app.http.permissions import PERMISSION
from reference_app.jobs.runner import JobRunner

__all__ = ["backtests_router"]

_SEE, _WRITE = {PERMISSION: "tenant:data:read"}, {PERMISSION: "strategies:all:write"}
_LARGEST = 64 * 1024


def _fields(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "strategy": row.strategy,
        "symbol": row.symbol,
        "timeframe": row.timeframe,
        "net_profit": row.net_profit,
        "created_ns": str(row.created_ns),
        "finished_ns": None if row.finished_ns is None else str(row.finished_ns),
    }


def _shown(row: sa.Row[Any], job: Job | None) -> schemas.BacktestShown:
    progress = 1.0 if row.state == "done" else 0.0
    return schemas.BacktestShown(
        **_fields(row),
        progress=progress if job is None else job.progress,
        note="" if job is None else job.note,
        problem=row.problem,
        asked={**row.asked["wanted"], "rules": row.asked["rules"]},
    )


@get("/", opt=_SEE, summary="List backtests.")
async def list_backtests(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.BacktestList:
    """List the tenant's backtests, a page at a time."""
    found = await backtest_rows(accounts.on.database, caller.scope, cursor=cursor, limit=limit)
    rows, following = page_of(found, limit, "id")
    return schemas.BacktestList(
        items=tuple(schemas.BacktestLine(**_fields(row)) for row in rows), next_cursor=following
    )


@post("/", status_code=201, opt=_WRITE, request_max_body_size=_LARGEST, summary="Have a backtest run.")
async def submit_backtest(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    data: JSONBody[schemas.BacktestWanted],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    backtests: NamedDependency[Backtests],
    runner: NamedDependency[JobRunner],
    once: NamedDependency[Once],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> Response[schemas.BacktestShown]:
    """Have a backtest run. Send an ``Idempotency-Key``: each backtest counts against the plan."""

    async def submit() -> schemas.BacktestShown:
        row = await backtests.submit(caller.scope, data)
        runner.wake()
        return _shown(row, None)

    return await once.answer(request, caller, idempotency_key, submit, schemas.BacktestShown, status=201)


@get("/{backtest_id:uuid}", opt=_SEE, summary="Show a backtest and how far it is.")
async def show_backtest(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    backtest_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    backtests: NamedDependency[Backtests],
) -> schemas.BacktestShown:
    """Show a backtest."""
    return _shown(*await backtests.look(caller.scope, backtest_id))


@post("/{backtest_id:uuid}/cancel", status_code=200, opt=_WRITE, summary="Cancel a backtest.")
async def cancel_backtest(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    backtest_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    backtests: NamedDependency[Backtests],
) -> schemas.BacktestShown:
    """Cancel a backtest: one that waits at once, one that runs within seconds; one that has ended stays as it is."""
    return _shown(*await backtests.cancel(caller.scope, backtest_id))


@get("/{backtest_id:uuid}/result", opt=_SEE, summary="Show what a backtest found.")
async def show_result(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    backtest_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    backtests: NamedDependency[Backtests],
) -> schemas.BacktestResult:
    """Show figures, what they rest on, between which bounds they lie, and the curve of the equity."""
    return await backtests.result(caller.scope, backtest_id)


@get("/{backtest_id:uuid}/trades", opt=_SEE, summary="List the trades of a backtest.")
async def list_trades(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    backtest_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    backtests: NamedDependency[Backtests],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.TradeList:
    """List trades in the order of closing, a page at a time."""
    start = _start(cursor)
    found = await backtests.trades(caller.scope, backtest_id, start=start, limit=limit + 1)
    following = str(start + limit) if len(found) > limit else None
    return schemas.TradeList(items=tuple(found[:limit]), next_cursor=following)


@delete("/{backtest_id:uuid}", opt=_WRITE, summary="Remove a backtest.")
async def remove_backtest(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    backtest_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    backtests: NamedDependency[Backtests],
) -> None:
    """Remove a backtest that has ended, with what it found."""
    await backtests.remove(caller.scope, backtest_id)


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 12):
        raise AccountError("cursor.wrong", "This is no cursor of a list. Begin without one.")
    return int(cursor)


backtests_router = Router(
    "/tenants/{tenant_id:uuid}/backtests",
    route_handlers=[
        list_backtests,
        submit_backtest,
        show_backtest,
        cancel_backtest,
        show_result,
        list_trades,
        remove_backtest,
    ],
    tags=["backtests"],
)
