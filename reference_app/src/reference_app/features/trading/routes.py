"""``/api/v1/tenants/{tenant_id}/trading/{account_id}``."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from forexai_core.errors import NotFoundError
from reference_app.features.trading import schemas
from reference_app.features.trading.asked import AccountTold, Wanted
from reference_app.features.trading.book import Trading
from reference_app.http.callers import Caller
from reference_app.http.cursors import number_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.once import Once
from reference_app.http.permissions import PERMISSION

__all__ = ["trading_router"]

_SEE, _TRADE = {PERMISSION: "tenant:data:read"}, {PERMISSION: "trading:orders:paper"}
_KILL, _REARM = {PERMISSION: "trading:kill:use"}, {PERMISSION: "trading:kill:rearm"}
_DIGITS = 18

_Key = Annotated[str | None, HeaderParameter(name="Idempotency-Key")]


def _opening(data: schemas.OrderWanted) -> Wanted:
    return Wanted(
        kind="place",
        symbol=data.symbol,
        side=1 if data.side == "buy" else -1,
        order=data.kind,
        volume_lots=data.volume_lots or 0.0,
        risk_fraction=data.risk_fraction or 0.0,
        price=data.price,
        limit_price=data.limit_price,
        stop_loss=data.stop_loss,
        take_profit=data.take_profit,
    )


def _ticket(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise NotFoundError("There is nothing of that ticket.")
    return int(text)


@get("/", opt=_SEE, summary="Show how an account stands.")
async def show_account(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.AccountState:
    """Show money, present prices, and how near the account is to its limits."""
    told = await trading.look(caller.scope, account_id)
    if told.state is None:
        raise NotFoundError("There is nothing to show of this account.")
    return told.state


@get("/positions", opt=_SEE, summary="List what is open.")
async def list_positions(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.PositionList:
    """List all that is open, at present prices."""
    return schemas.PositionList(items=(await trading.look(caller.scope, account_id)).positions)


@get("/orders", opt=_SEE, summary="List orders that work.")
async def list_orders(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.OrderList:
    """List all orders that wait, or are on their way."""
    return schemas.OrderList(items=(await trading.look(caller.scope, account_id)).orders)


@get("/history", opt=_SEE, summary="List deals.")
async def list_deals(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.DealList:
    """List what was executed, the oldest first, a page at a time."""
    start = number_of(cursor) or 0
    told: AccountTold = await trading.look(caller.scope, account_id, deals_after=start, deals=limit + 1)
    following = str(start + limit) if len(told.deals) > limit else None
    return schemas.DealList(items=told.deals[:limit], next_cursor=following)


@post("/preview", status_code=200, opt=_SEE, summary="Size and judge an order; nothing is done.")
async def preview_order(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    data: JSONBody[schemas.OrderWanted],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.Preview:
    """Say what an order would be and cost now, how near the limits are, and what they say of it."""
    return await trading.preview(caller.scope, account_id, _opening(data))


@post("/orders", status_code=201, opt=_TRADE, summary="Place an order.")
async def place_order(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    data: JSONBody[schemas.OrderWanted],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
    once: NamedDependency[Once],
    idempotency_key: _Key = None,
) -> Response[schemas.CommandTaken]:
    """Place an order; at the market it meets the next price. With an ``Idempotency-Key``, sent again, it is one."""

    async def place() -> schemas.CommandTaken:
        return await trading.command(caller, account_id, _opening(data))

    return await once.answer(request, caller, idempotency_key, place, schemas.CommandTaken, status=201)


@get("/orders/{ticket:str}", opt=_SEE, summary="Show an order, whatever became of it.")
async def show_order(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    ticket: FromPath[str],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.OrderShown:
    """Show an order: whether it waits, was filled, or why the venue refused it."""
    told = await trading.look(caller.scope, account_id, ticket=_ticket(ticket))
    if told.order is None:
        raise NotFoundError("There is no order of that ticket.")
    return told.order


@put("/orders/{ticket:str}", status_code=200, opt=_TRADE, summary="Move an order that waits.")
async def modify_order(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    ticket: FromPath[str],
    data: JSONBody[schemas.ChangeWanted],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.CommandTaken:
    """Move the price, the stop or the target of an order that waits."""
    return await _modify(trading, caller, account_id, ticket, data)


@delete("/orders/{ticket:str}", status_code=200, opt=_TRADE, summary="Cancel an order.")
async def cancel_order(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    ticket: FromPath[str],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.CommandTaken:
    """Take back an order that waits."""
    return await trading.command(caller, account_id, Wanted(kind="cancel", ticket=_ticket(ticket)))


@put("/positions/{ticket:str}", status_code=200, opt=_TRADE, summary="Move the stop or the target of a position.")
async def modify_position(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    ticket: FromPath[str],
    data: JSONBody[schemas.ChangeWanted],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.CommandTaken:
    """Move the stop or the target of a position; 0 removes it."""
    return await _modify(trading, caller, account_id, ticket, data)


@post("/positions/{ticket:str}/close", status_code=200, opt=_TRADE, summary="Close a position, or a part of it.")
async def close_position(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    ticket: FromPath[str],
    data: JSONBody[schemas.CloseWanted],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
    once: NamedDependency[Once],
    idempotency_key: _Key = None,
) -> Response[schemas.CommandTaken]:
    """Close a position at the next price. Send an ``Idempotency-Key``: a part that is sent again is closed once."""

    async def close() -> schemas.CommandTaken:
        wanted = Wanted(kind="close", ticket=_ticket(ticket), volume_lots=data.volume_lots or 0.0)
        return await trading.command(caller, account_id, wanted)

    return await once.answer(request, caller, idempotency_key, close, schemas.CommandTaken, status=200)


@post("/kill", status_code=200, opt=_KILL, summary="Stop an account.")
async def kill_account(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    data: JSONBody[schemas.HaltWanted],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.CommandTaken:
    """Let nothing be opened any more, and take back what waits to; close everything where that is asked for, too."""
    return await trading.halt(caller, account_id, reason=data.reason, flatten=data.flatten)


@post("/rearm", status_code=200, opt=_REARM, summary="Let an account open again.")
async def rearm_account(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    data: JSONBody[schemas.RearmWanted],
    caller: NamedDependency[Caller],
    trading: NamedDependency[Trading],
) -> schemas.CommandTaken:
    """Let an account open again after a stop or a broken limit: owners and admins, who show a code first."""
    return await trading.rearm(caller, account_id, reason=data.reason)


async def _modify(
    trading: Trading, caller: Caller, account_id: UUID, ticket: str, data: schemas.ChangeWanted
) -> schemas.CommandTaken:
    wanted = Wanted(
        kind="modify",
        ticket=_ticket(ticket),
        price=data.price,
        stop_loss=data.stop_loss,
        take_profit=data.take_profit,
    )
    return await trading.command(caller, account_id, wanted)


trading_router = Router(
    "/tenants/{tenant_id:uuid}/trading/{account_id:uuid}",
    route_handlers=[
        show_account,
        list_positions,
        list_orders,
        list_deals,
        preview_order,
        place_order,
        show_order,
        modify_order,
        cancel_order,
        modify_position,
        close_position,
        kill_account,
        rearm_account,
    ],
    tags=["trading"],
)
