"""Which of our ids belongs to which of the venue's tickets: it keeps a number and a short text of ours, no id."""

from __future__ import annotations

from collections import OrderedDict

__all__ = ["SentMarks"]

_KEPT = 20_000


class SentMarks:
    """Remembers the ids of orders that this process has sent; what another one sent is known by its marks alone."""

    def __init__(self) -> None:
        self._by_order: OrderedDict[int, str] = OrderedDict()
        self._by_magic: OrderedDict[int, str] = OrderedDict()

    def sending(self, client_id: str, magic: int) -> None:
        """Take note of an order before it is sent, where its number is one of its own."""
        if magic:
            self._by_magic[magic] = "" if self._by_magic.get(magic, client_id) != client_id else client_id
            _forget(self._by_magic)

    def sent(self, client_id: str, order: int) -> None:
        """Take note of the ticket that an order got."""
        self._by_order[order] = client_id
        _forget(self._by_order)

    def client_id(self, order: int, magic: int) -> str:
        """Give our id of an order; empty where it is not ours, or another process sent it."""
        return self._by_order.get(order) or self._by_magic.get(magic, "")


def _forget(kept: OrderedDict[int, str]) -> None:
    while len(kept) > _KEPT:
        kept.popitem(last=False)
