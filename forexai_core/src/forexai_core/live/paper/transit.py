"""Orders on their way to the ledger, and which of its tickets each became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from forexai_core.arrays import CLOSE_REASONS, OPEN_REASONS
from forexai_core.values.orders import OrderRequest

__all__ = ["Asked", "Transit"]

_FIRST_NUMBER = 1_000_000_001
"""Orders are numbered from here on, far above the tickets of positions: one number names one thing."""

_REOPENED = (CLOSE_REASONS.index("rollover"), OPEN_REASONS.index("rollover"))


@attrs.define(kw_only=True, eq=False)
class Asked:
    """Something that was asked for.

    Attributes
    ----------
    number : int
        By which the venue calls it; the ledger carries it as a tag.
    request : OrderRequest or None
        The order; None for a change or a cancellation.
    symbol : str
        Of what.
    closes : int
        Ticket of the position that it closes; 0 opens.
    steps : int
        Its volume.
    ticket : int or None
        The ledger's, once it has one.
    refused : str
        Why the ledger refused it; empty where it did not.
    travels : bool
        Whether no price has met it yet.
    cancelling : bool
        Whether it was asked to be taken back.
    done : bool
        Whether nothing more will happen to it.
    """

    number: int
    request: OrderRequest | None
    symbol: str
    closes: int = 0
    steps: int = 0
    ticket: int | None = None
    refused: str = ""
    travels: bool = True
    cancelling: bool = False
    done: bool = False


class Transit:
    """Knows everything that was ever asked for, by number, by name and by ticket.

    Parameters
    ----------
    bounded : bool
        Whether a price fills only so much, so that an order may be filled in part.
    """

    def __init__(self, *, bounded: bool) -> None:
        self._bounded = bounded
        self._all: dict[int, Asked] = {}
        self._names: dict[str, int] = {}
        self._tickets: dict[int, int] = {}
        self._open: dict[int, Asked] = {}

    def add(self, request: OrderRequest | None, symbol: str = "") -> Asked:
        """Give a number to something that is asked for."""
        number = _FIRST_NUMBER + len(self._all)
        asked = Asked(number=number, request=request, symbol=request.symbol if request else symbol)
        self._all[number] = self._open[number] = asked
        if request is not None:
            self._names[request.client_id] = number
        return asked

    def named(self, client_id: str) -> Asked | None:
        """Find an order by our name of it."""
        number = self._names.get(client_id)
        return None if number is None else self._all[number]

    def numbered(self, number: int) -> Asked | None:
        """Find an order by its number, unless it is done."""
        asked = self._open.get(number)
        return None if asked is None or asked.request is None else asked

    def request(self, number: int) -> OrderRequest | None:
        """Give the order behind a tag of the ledger."""
        asked = self._all.get(number)
        return None if asked is None else asked.request

    def by_ticket(self, ticket: int) -> int | None:
        """Give the number of the order that has one of the ledger's tickets."""
        return self._tickets.get(ticket)

    @property
    def busy(self) -> bool:
        """Whether something is on its way, or works."""
        return bool(self._open)

    @property
    def open(self) -> list[Asked]:
        """Orders to which something may still happen."""
        return [each for each in self._open.values() if each.request is not None]

    def arrived(self, waiting: set[int]) -> list[Asked]:
        """Give what a price has met that had met none before, in the order in which it was asked for."""
        met = [each for each in self._open.values() if each.travels and each.number not in waiting]
        for each in met:
            each.travels = False
        return met

    def forget(self) -> None:
        """Put aside what is done, and changes that have arrived."""
        self._open = {
            number: each
            for number, each in self._open.items()
            if not each.done and (each.request is not None or each.travels)
        }

    def match(self, met: Sequence[Asked], deals: Sequence[Any], placed: Mapping[int, int]) -> None:
        """Find the ledger's tickets of what a price has met.

        The ledger hands out tickets in a fixed order: closes as they were asked for, then openings likewise; what it
        refuses gets none. An opening that made a position, or waits, carries its number; in netting one that only
        changed a position is known by its symbol, side and volume.

        Parameters
        ----------
        met : sequence of Asked
            In the order in which they were asked for.
        deals : sequence of DEAL records
            Those of the event whose ticket is new.
        placed : mapping of int to int
            Ticket of each pending order, by its number.
        """
        groups: dict[int, list[Any]] = {}
        for row in deals:
            if int(row["reason"]) != _REOPENED[0 if row["closing"] else 1]:
                groups.setdefault(int(row["order"]), []).append(row)
        for asked in sorted(met, key=lambda each: (not each.closes, each.number)):
            if asked.request is None:
                continue
            ticket = placed.get(asked.number)
            for whole in (True, False) if self._bounded else (True,):
                if ticket is None:
                    ticket = next((each for each in sorted(groups) if _is_of(asked, groups[each], whole=whole)), None)
            groups.pop(ticket or 0, None)
            asked.ticket = ticket
            if ticket is not None:
                self._tickets[ticket] = asked.number


def _is_of(asked: Asked, rows: Sequence[Any], *, whole: bool) -> bool:
    """Say whether an order's deals may be those of what was asked for, as a whole or in part."""
    first = rows[0]
    steps = sum(int(row["volume_steps"]) for row in rows)
    fits = steps == asked.steps if whole else steps < asked.steps
    if asked.closes:
        return fits and bool(first["closing"]) and int(first["position"]) == asked.closes
    tags = {int(row["tag"]) for row in rows if not row["closing"]}
    if asked.number in tags:
        return True
    known = any(tag > asked.number for tag in tags)  # a position that a later order made is that order's
    return asked.request is not None and fits and not known and int(first["side"]) == asked.request.side
