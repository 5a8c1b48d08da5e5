"""The order of an intent with what led to it, as it is written down before anything is sent."""

from __future__ import annotations

from typing import Any

import attrs

from forexai_core.errors import ConfigError, IntegrityError
from forexai_core.live.records import decode, encode
from forexai_core.values.orders import OrderRequest
from forexai_core.values.positions import Position

__all__ = ["Plan"]

_KIND, _VERSION = "order", 3  # 1 had no label, and orders no exits by distance; 2 no turns
_WIDE = ("expire_time_ns", "position", "magic", "group")  # may pass 2**53, so they are text
_REQUEST = tuple(field.name for field in attrs.fields(OrderRequest))


@attrs.frozen(kw_only=True)
class Plan:
    """An order about to be sent.

    Attributes
    ----------
    request : OrderRequest
        With the marks of its intent.
    owner : str
        The strategy on whose behalf; empty for the session itself.
    reason : str
        Why: ``signal``, ``unprotected``, ``foreign``.
    attempt : int
        1 for the first; each further one is an intent of its own.
    follows : str
        Id of the intent that this one tries again; empty for the first.
    label : str
        What the strategy calls the order.
    """

    request: OrderRequest
    owner: str = ""
    reason: str = "signal"
    attempt: int = 1
    follows: str = ""
    label: str = ""

    def __str__(self) -> str:
        request, owner = self.request, self.owner or "the session itself"
        what = "opens" if request.opens else f"closes position {request.position}"
        return (
            f"{request.kind} order of {owner}, {what}: {request.side * request.volume_lots:+g} lots of "
            f"{request.symbol}; tag {request.tag}, magic {request.magic}"
        )

    def stop_of(self, position: Position) -> float:
        """Give the price of the stop that was asked for with what opened a position; 0 where none was."""
        if self.request.stop_loss_distance:
            return round(position.open_price - position.side * self.request.stop_loss_distance, 10)
        return self.request.stop_loss

    def to_bytes(self) -> bytes:
        """Write it down."""
        request: dict[str, Any] = {name: getattr(self.request, name) for name in _REQUEST}
        request |= {name: str(request[name]) for name in _WIDE}
        fields = {name: getattr(self, name) for name in ("owner", "reason", "attempt", "follows", "label")}
        return encode(_KIND, _VERSION, {**fields, "request": request})

    @classmethod
    def from_bytes(cls, data: bytes) -> Plan:
        """Read it.

        Raises
        ------
        IntegrityError
            If it is no plan.
        """
        fields = decode(data, _KIND, _VERSION)
        try:
            request = dict(fields["request"])
            request |= {name: int(request.get(name, 0)) for name in _WIDE}
            given = {name: fields[name] for name in ("owner", "reason", "attempt", "follows")}
            given["label"] = fields.get("label", "")
            return cls(request=OrderRequest(**request), **given)
        except (KeyError, TypeError, ValueError, ConfigError) as problem:
            raise IntegrityError(f"A written order cannot be read: {problem}.") from problem
