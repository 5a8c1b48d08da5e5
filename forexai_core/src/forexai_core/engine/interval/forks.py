"""Forks of a ledger: its state as what is in use of it, and when two states will go on alike."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.state.records import NO_PRICE

__all__ = ["Branch", "Fork", "Sameness", "money_of", "restored", "taken", "with_money"]

Rows = NDArray[np.void]


class Fork(NamedTuple):
    """A copy of all that a ledger's state holds in use: some kilobytes, where the book reserves megabytes."""

    account: Any  # (1,) ACCOUNT
    symbols: Rows
    positions: Rows
    orders: Rows
    requests: Rows
    memory: bytes  # of the strategy's compiled step


class Branch(NamedTuple):
    """A state that may have come to be, with the least and the most money with which it may have."""

    fork: Fork  # its money is the least
    width: float  # by how much the most exceeds it


@cache
def _bytes(size: int) -> np.dtype[np.void]:
    return np.dtype((np.void, size))


def _whole(rows: Rows) -> Rows:
    """See rows as bytes: NumPy copies records field by field, which takes twenty times as long."""
    return rows.view(_bytes(rows.dtype.itemsize))


def _copied(rows: Rows) -> Rows:
    return _whole(rows).copy().view(rows.dtype)


def taken(books: Rows, symbols: int, memory: bytes) -> Fork:
    """Copy the state out of a book."""
    book = books[0]
    account = _copied(books["account"])
    return Fork(
        account,
        _copied(book["symbols"][:symbols]),
        _copied(book["positions"][: int(account["positions"][0])]),
        _copied(book["orders"][: int(account["orders"][0])]),
        _copied(book["requests"][: int(account["requests"][0])]),
        memory,
    )


def restored(books: Rows, fork: Fork) -> None:
    """Copy a state into a book, without the deals that led to it."""
    book = books[0]
    _whole(books["account"])[:] = _whole(fork.account)
    book["account"]["deals"] = 0
    for rows, kept in (
        (book["symbols"], fork.symbols),
        (book["positions"], fork.positions),
        (book["orders"], fork.orders),
        (book["requests"], fork.requests),
    ):
        _whole(rows)[: len(kept)] = _whole(kept)


def money_of(fork: Fork) -> float:
    """Give balance and accrued swap: all money that prices no longer move."""
    return float(fork.account["balance"][0]) + float(fork.positions["swap"].sum())


def with_money(fork: Fork, money: float) -> Fork:
    """Give the same state with other money."""
    account = _copied(fork.account)
    account["balance"] = round(float(account["balance"][0]) + money - money_of(fork), 8)
    return fork._replace(account=account)


class Sameness(NamedTuple):
    """What of a state matters to what follows; two states that agree in it are one.

    Attributes
    ----------
    tickets : bool
        Whether the strategy sees tickets. If not, only their order counts.
    ages : bool
        Whether it sees, or management counts, the bars of a position.
    money : bool
        Whether sizes or decisions depend on money: then states of different money are never one.
    entries : bool
        Whether decisions depend on the price at which a position opened.
    """

    tickets: bool
    ages: bool
    money: bool
    entries: bool = False

    def key(self, fork: Fork) -> bytes:
        """Give what is equal for equal states, and for no others."""
        positions, orders, requests = fork.positions, fork.orders, fork.requests
        if len(positions):
            positions = self._plain_positions(positions)
        if len(orders):
            orders = _copied(orders)
            orders["placed_ns"] = orders["tag"] = 0
        if not self.tickets:
            positions, orders, requests = _renumbered(positions, orders, requests)
        counters = fork.account["rollover"].tobytes() if len(positions) or len(orders) else b""
        if self.tickets:
            counters += fork.account["next_ticket"].tobytes()
        parts = [counters, positions.tobytes(), orders.tobytes(), requests.tobytes(), fork.memory]
        if self.money:
            parts.append(np.float64(round(money_of(fork), 6)).tobytes())
        return b"|".join(len(part).to_bytes(4, "little") + part for part in parts)

    def _plain_positions(self, positions: Rows) -> Rows:
        """Leave out what is about the past, and what is money already."""
        plain = _copied(positions)
        for name in _PAST:
            if name != "swap" or not self.money:
                plain[name] = 0
        # Of the openings only the order counts: the oldest closes first, and steps see the newest; rows lie by ticket.
        plain["serial"][np.argsort(positions["serial"])] = np.arange(len(positions))
        if not self.ages:
            plain["bars"] = 0
        plain["peak"][plain["trail_distance"] == 0] = NO_PRICE
        return plain


_PAST = (
    "open_ns",
    "trailed",
    "best",
    "worst",
    "commission",
    "swap",
    "initial_risk",
    "open_reason",
    "doubts",
    "entered",
    "inside_until_ns",
    "sure_steps",
    "kept",
    "tag",
)


def _renumbered(positions: Rows, orders: Rows, requests: Rows) -> tuple[Rows, Rows, Rows]:
    """Give tickets the numbers of their order."""
    given = np.unique(np.concatenate([positions["ticket"], orders["ticket"]]))
    if not len(given):
        return positions, orders, requests
    tables = []
    for rows in (positions, orders, requests):
        table = _copied(rows)
        held = table["ticket"] > 0
        table["ticket"][held] = np.searchsorted(given, table["ticket"][held]) + 1
        tables.append(table)
    return tables[0], tables[1], tables[2]
