"""Orders of the core as commands to a connector, and what came of them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from forexai_core.errors import (
    BrokerUnreachableError,
    ConflictError,
    FencedError,
    OrderRejectedError,
    OrderStateUnknownError,
    RejectionKind,
)
from forexai_core.ports.clock import Clock
from forexai_core.values.orders import OrderKind, OrderRequest, OrderState, OrderStatus
from forexai_mt5.gateway.line import ConnectorLine
from forexai_mt5.protocol.trading import TradeCommand, TradeResult

__all__ = ["Commanding", "Names", "closing_fields", "opening_fields", "state_of"]

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,55}")
_KEPT = 20_000
_ENDINGS = {
    OrderKind.MARKET: "",
    OrderKind.LIMIT: "_LIMIT",
    OrderKind.STOP: "_STOP",
    OrderKind.STOP_LIMIT: "_STOP_LIMIT",
}
_NOT_SENT = {"unreachable", "fenced", "expired", "absent", "busy"}
_HALTED = {"killed"}


class Names:
    """Ids of commands for ids of orders, and back.

    A command that certainly was not carried out keeps its answer for good; so the next attempt at the same order is a
    command of its own.
    """

    def __init__(self) -> None:
        self._ours: OrderedDict[str, str] = OrderedDict()
        self._attempts: dict[str, int] = {}

    def command_id(self, client_id: str) -> str:
        """Name the command of the present attempt at an order."""
        digest = base64.b32encode(hashlib.sha256(client_id.encode()).digest()).decode().rstrip("=").lower()
        plain = client_id if _PLAIN.fullmatch(client_id) else f"h{digest[:50]}"
        attempt = self._attempts.get(client_id, 1)
        name = plain if attempt == 1 else f"{plain}={attempt}"
        self._ours[name] = client_id
        while len(self._ours) > _KEPT:
            self._attempts.pop(self._ours.popitem(last=False)[1], None)
        return name

    def was_not_sent(self, client_id: str) -> None:
        """Let the next attempt at an order be another command."""
        self._attempts[client_id] = self._attempts.get(client_id, 1) + 1

    def client_id(self, command_id: str) -> str:
        """Give our id of an order by its command's; of one of another process as far as it can be read."""
        return self._ours.get(command_id) or command_id.partition("=")[0]


def opening_fields(request: OrderRequest) -> dict[str, Any]:
    """Write an order that opens.

    Raises
    ------
    OrderRejectedError
        If it leaves to the venue what a connector cannot do.
    """
    if request.leaves_exits_to_venue:
        raise OrderRejectedError("Stops as distances, trailing stops and groups cannot be commanded. Give prices.")
    fields = {
        "action": "OPEN",
        "symbol": request.symbol,
        "order_type": ("BUY" if request.side > 0 else "SELL") + _ENDINGS[request.kind],
        "lot_size": request.volume_lots,
        "price": request.price or None,
        "limit_price": request.limit_price or None,
        "stop_loss": request.stop_loss,
        "take_profit": request.take_profit,
        "time_in_force": request.time_in_force.value.upper(),
        "expire_time": request.expire_time_ns,
    }
    return fields | _marks(request)


def closing_fields(request: OrderRequest) -> dict[str, Any]:
    """Write an order that closes a position, or a part of it."""
    if request.kind is not OrderKind.MARKET or request.leaves_exits_to_venue:
        raise OrderRejectedError("A position is closed at the market only.")
    return {
        "action": "CLOSE",
        "ticket": request.position,
        "order_type": "BUY" if request.side > 0 else "SELL",
        "lot_size": request.volume_lots,
    } | _marks(request)


def _marks(request: OrderRequest) -> dict[str, Any]:
    slippage = request.slippage_points
    return {
        "slippage_points": None if slippage is None else int(slippage),  # never more than was asked for
        "magic_number": request.magic,
        "comment": request.tag,
    }


class Commanding:
    """Sends commands over a line.

    Parameters
    ----------
    line : ConnectorLine
        Open.
    clock : Clock
        Of the platform.
    ttl_s : float
        How long a command may still be sent to the broker: less than after what its absence counts as proven.
    """

    def __init__(self, line: ConnectorLine, clock: Clock, *, ttl_s: float) -> None:
        self._line, self._clock, self._ttl_ms = line, clock, round(ttl_s * 1_000)
        self.names = Names()

    async def send(self, client_id: str, fields: Mapping[str, Any]) -> TradeResult:
        """Have something carried out at most once, and give its result: it is done.

        Raises
        ------
        OrderRejectedError
            If the broker, or the user's machine, says no.
        BrokerUnreachableError
            If it certainly was not sent.
        OrderStateUnknownError
            If nobody knows.
        """
        try:
            command = TradeCommand.model_validate(
                {
                    "id": self.names.command_id(client_id),
                    "issued_at": self._clock.now_ns(),
                    "ttl_ms": self._ttl_ms,
                    "fence": self._line.fence,
                    **fields,
                }
            )
            result = await self._line.command(command)
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_input=False)[0]
            raise OrderRejectedError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
        except FencedError as problem:
            raise BrokerUnreachableError(str(problem)) from problem
        except ConflictError as problem:
            raise OrderRejectedError(str(problem)) from problem
        return self._done(client_id, result)

    def _done(self, client_id: str, result: TradeResult) -> TradeResult:
        error = result.error
        if error is None:
            return result
        if result.outcome == "UNKNOWN":
            raise OrderStateUnknownError(error.message)
        if result.outcome in {"EXPIRED", "ABSENT"} or (result.outcome == "REFUSED" and error.kind in _NOT_SENT):
            self.names.was_not_sent(client_id)
            raise BrokerUnreachableError(error.message)
        kinds = {each.value for each in RejectionKind}
        kind = "halted" if error.kind in _HALTED else error.kind if error.kind in kinds else "final"
        raise OrderRejectedError(error.message, code=error.code, kind=RejectionKind(kind))


def state_of(result: TradeResult, request: OrderRequest) -> OrderState:
    """Describe an order by the result of its command."""
    status = OrderStatus(result.status or "placed")
    return OrderState(
        order=result.ticket,
        request=request,
        status=status,
        filled_lots=float(result.filled_lots),
        average_price=float(result.open_price),
        position=result.position,
        placed_time_ns=result.timestamp,
        done_time_ns=0 if status.working else result.timestamp,
    )
