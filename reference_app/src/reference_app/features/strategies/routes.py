"""``/api/v1/tenants/{tenant_id}/strategies``."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from litestar import Request, Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from reference_app.accounts import Accounts
from reference_app.features.strategies import schemas
from reference_app.features.strategies.book import StrategyBook
from reference_app.features.strategies.repository import strategy_rows
from reference_app.http.callers import Caller
from reference_app.http.cursors import page_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.once import Once
from reference_app.http.permissions import PERMISSION

__all__ = ["strategies_router"]

_SEE, _WRITE = {PERMISSION: "tenant:data:read"}, {PERMISSION: "strategies:all:write"}
_LARGEST = 256 * 1024


def _line(row: sa.Row[Any]) -> schemas.StrategyLine:
    return schemas.StrategyLine(
        id=row.id,
        name=row.name,
        title=row.title,
        version=row.version,
        created_ns=str(row.created_ns),
        changed_ns=str(row.changed_ns),
    )


def _shown(row: sa.Row[Any]) -> schemas.StrategyShown:
    return schemas.StrategyShown(
        id=row.id,
        name=row.name,
        title=row.title,
        version=row.version,
        rules=row.rules,
        reading=row.reading,
        warmup_bars=row.warmup_bars,
        created_ns=str(row.created_ns),
        changed_ns=str(row.changed_ns),
    )


@get("/offered", opt=_SEE, summary="List the strategies that plugins offer, with their parameters.")
async def list_offered(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    strategies: NamedDependency[StrategyBook],
) -> schemas.OfferedList:
    """List the strategies that plugins offer; pages draw a form by the JSON Schema of the parameters."""
    return schemas.OfferedList(items=(await strategies.offered()).items)


@get("/rules-schema", opt=_SEE, summary="Give the JSON Schema of rules.")
async def show_rules_schema(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    strategies: NamedDependency[StrategyBook],
) -> schemas.RulesSchema:
    """Give the JSON Schema by which rules are written."""
    return schemas.RulesSchema(json_schema=(await strategies.offered()).rules_schema)


@post(
    "/offered/validate",
    status_code=200,
    opt=_WRITE,
    request_max_body_size=_LARGEST,
    summary="Check the parameters of an offered strategy.",
)
async def validate_parameters(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    data: JSONBody[schemas.ParametersWanted],
    strategies: NamedDependency[StrategyBook],
) -> schemas.ParametersJudged:
    """Name every problem by the parameter, with its remedy."""
    problems = await strategies.judge_parameters(data.name, data.parameters)
    return schemas.ParametersJudged(sound=not problems, problems=problems)


@post("/validate", status_code=200, opt=_WRITE, request_max_body_size=_LARGEST, summary="Check rules; keep nothing.")
async def validate_rules(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    data: JSONBody[schemas.StrategyWanted],
    strategies: NamedDependency[StrategyBook],
) -> schemas.RulesJudged:
    """Name every problem by its place and with its remedy, or say how the rules read."""
    checked = await strategies.judge(data.rules)
    return schemas.RulesJudged(
        sound=not checked.problems,
        problems=checked.problems,
        reading=checked.reading,
        warmup_bars=checked.warmup_bars,
    )


@get("/", opt=_SEE, summary="List the tenant's own strategies.")
async def list_strategies(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.StrategyList:
    """List the tenant's own strategies, a page at a time."""
    found = await strategy_rows(accounts.on.database, caller.scope, cursor=cursor, limit=limit)
    rows, following = page_of(found, limit, "id")
    return schemas.StrategyList(items=tuple(_line(row) for row in rows), next_cursor=following)


@post("/", status_code=201, opt=_WRITE, request_max_body_size=_LARGEST, summary="Keep rules as a strategy.")
async def add_strategy(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    data: JSONBody[schemas.StrategyWanted],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    strategies: NamedDependency[StrategyBook],
    once: NamedDependency[Once],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> Response[schemas.StrategyShown]:
    """Keep rules that can be run."""

    async def add() -> schemas.StrategyShown:
        return _shown(await strategies.add(caller.scope, data.rules))

    return await once.answer(request, caller, idempotency_key, add, schemas.StrategyShown, status=201)


@get("/{strategy_id:uuid}", opt=_SEE, summary="Show a strategy.")
async def show_strategy(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    strategy_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    strategies: NamedDependency[StrategyBook],
) -> schemas.StrategyShown:
    """Show a strategy with its rules, and how they read."""
    return _shown(await strategies.find(caller.scope, strategy_id))


@put("/{strategy_id:uuid}", opt=_WRITE, request_max_body_size=_LARGEST, summary="Write a strategy anew.")
async def change_strategy(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    strategy_id: FromPath[UUID],
    data: JSONBody[schemas.StrategyChanged],
    caller: NamedDependency[Caller],
    strategies: NamedDependency[StrategyBook],
) -> schemas.StrategyShown:
    """Keep rules in place of those of the version that is named."""
    return _shown(await strategies.change(caller.scope, strategy_id, data.rules, data.version))


@delete("/{strategy_id:uuid}", opt=_WRITE, summary="Remove a strategy.")
async def remove_strategy(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    strategy_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    strategies: NamedDependency[StrategyBook],
) -> None:
    """Remove a strategy."""
    await strategies.remove(caller.scope, strategy_id)


strategies_router = Router(
    "/tenants/{tenant_id:uuid}/strategies",
    route_handlers=[
        list_offered,
        show_rules_schema,
        validate_parameters,
        validate_rules,
        list_strategies,
        add_strategy,
        show_strategy,
        change_strategy,
        remove_strategy,
    ],
    tags=["strategies"],
)
