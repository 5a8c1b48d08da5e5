"""Requests of a class strategy, written as rows into the ledger."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import isfinite
from typing import Any, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.state import records
from forexai_core.engine.state.records import NO_PRICE, REQUEST
from forexai_core.errors import ConfigError, TradingError
from forexai_core.strategies.exits import Units
from forexai_core.strategies.views import OpenPosition, PendingOrder
from forexai_core.values.numbers import is_number

__all__ = ["KEEP", "Asked", "LedgerArrays", "RequestWriter"]

KEEP: Any = object()
"""Stands for "leave it as it is" where None means "remove it"."""

_NO_PRICES = {"price", "limit_price", "stop_loss", "take_profit"}
_BLANK = [NO_PRICE if name in _NO_PRICES else 0 for name in REQUEST.names or ()]
_PLACE = {name: place for place, name in enumerate(REQUEST.names or ())}


class LedgerArrays(Protocol):
    """The ledger's arrays, as :class:`forexai_core.engine.ledger.Ledger` shows them."""

    asked: int
    """Requests that were written so far."""

    @property
    def changes(self) -> int:
        """Raised whenever the arrays may have changed."""
        ...

    def catch_up_now(self) -> None:
        """Bring marks and ages to the present."""
        ...

    @property
    def account(self) -> Any:
        """The ACCOUNT record; a live view."""
        ...

    @property
    def symbols(self) -> NDArray[np.void]:
        """(symbols,) SYMBOL."""
        ...

    @property
    def positions(self) -> NDArray[np.void]:
        """(capacity,) POSITION; the first ``account["positions"]`` rows are open."""
        ...

    @property
    def orders(self) -> NDArray[np.void]:
        """(capacity,) ORDER; the first ``account["orders"]`` rows are pending."""
        ...

    @property
    def deals(self) -> NDArray[np.void]:
        """(deals,) DEAL: all that have happened."""
        ...

    @property
    def requests(self) -> NDArray[np.void]:
        """(capacity,) REQUEST; the first ``account["requests"]`` rows wait."""
        ...


@attrs.frozen
class Asked:
    """A request that waits for the next price; what :meth:`Trading.oco` takes.

    Attributes
    ----------
    row : int
        In the ledger's requests.
    decision : int
        How many bars were known when it was made.
    """

    row: int
    decision: int


class RequestWriter(ABC):
    """Writes the requests of one strategy on one symbol.

    Parameters
    ----------
    ledger : Ledger
        The account.
    symbol_index, strategy_index : int
        For which symbol, on whose behalf.
    units : Units
        The symbol's points and steps.
    tags : list of str
        Tags by their number; the first is empty.
    """

    def __init__(
        self, ledger: LedgerArrays, symbol_index: int, strategy_index: int, units: Units, tags: list[str]
    ) -> None:
        self._ledger = ledger
        self._symbol_index = symbol_index
        self._strategy_index = strategy_index
        self._units = units
        self._tags = tags
        self._groups = 0
        # What was read from the ledger, and at which of its changes.
        self._positions: list[OpenPosition] = []
        self._orders: list[PendingOrder] = []
        self._seen_positions = self._seen_orders = -1

    @property
    def ledger_rows(self) -> LedgerArrays:
        """The ledger behind it, for the drive; a strategy has no use for it."""
        return self._ledger

    @property
    def indices(self) -> tuple[int, int]:
        """Indices of the symbol and of the strategy in the run."""
        return self._symbol_index, self._strategy_index

    def _own(self, rows: NDArray[np.void], count: int) -> list[np.void]:
        symbol, strategy = self._symbol_index, self._strategy_index
        return [row for row in rows[:count] if row["symbol"] == symbol and row["strategy"] == strategy]

    @abstractmethod
    def _decision(self) -> int:
        """Give the number of bars known to whoever decides."""

    @abstractmethod
    def _bars_behind(self) -> int:
        """Give how many bars of the symbol the ledger is behind; nothing has happened in them."""

    @abstractmethod
    def _now(self) -> int:
        """Give the time of the decision, nanoseconds UTC."""

    def _pending(self, price: float, limit_price: float | None, expiry_ns: int) -> dict[str, int]:
        fields = {"price": self._units.points("price", price), "expiry_ns": int(expiry_ns)}
        if limit_price is not None:
            fields["limit_price"] = self._units.points("limit_price", limit_price)
        return fields

    def _open(
        self,
        kind: int,
        side: int,
        *,
        pending: dict[str, int],
        volume_lots: float | None,
        risk_fraction: float | None,
        tag: str,
        exits: Any,
    ) -> Asked:
        if (volume_lots is None) == (risk_fraction is None):
            raise ConfigError(f"{self._units.symbol}: an order takes volume_lots or risk_fraction, one of the two.")
        fields: dict[str, Any] = self._units.exits(exits) | pending
        if volume_lots is not None:
            fields["volume_steps"] = self._units.steps(volume_lots)
        elif risk_fraction is not None:
            if not (is_number(risk_fraction) and isfinite(risk_fraction) and 0 < risk_fraction <= 1):
                raise ConfigError(
                    f"{self._units.symbol}: risk_fraction is a share of the equity above 0 and up to 1, "
                    f"not {risk_fraction!r}."
                )
            fields["risk_fraction"] = risk_fraction
        if not isinstance(tag, str):
            raise ConfigError(f"{self._units.symbol}: tag is a short text of your own, not {tag!r}.")
        if tag:
            if tag not in self._tags:
                self._tags.append(tag)
            fields["tag"] = self._tags.index(tag)
        return self._ask(kind=kind, side=side, **fields)

    def _ask(self, **fields: Any) -> Asked:
        ledger = self._ledger
        row = int(ledger.account["requests"])
        if row >= len(ledger.requests):
            raise TradingError(
                f"{self._units.symbol}: {row} requests wait already, which is all the ledger holds at one price. "
                "Ask for fewer orders at a bar."
            )
        request = _BLANK.copy()
        for name, value in fields.items():
            request[_PLACE[name]] = value
        request[_PLACE["symbol"]] = self._symbol_index
        request[_PLACE["strategy"]] = self._strategy_index
        request[_PLACE["decided_ns"]] = self._now()
        ledger.requests[row] = tuple(request)
        ledger.account["requests"] = row + 1
        ledger.asked += 1
        return Asked(row, self._decision())

    def _row_of(self, ticket: int) -> tuple[np.void, int]:
        ledger = self._ledger
        places = (
            (ledger.positions, "positions", records.REQUEST_MODIFY_POSITION),
            (ledger.orders, "orders", records.REQUEST_MODIFY_ORDER),
        )
        for rows, count, kind in places:
            for row in self._own(rows, ledger.account[count]):
                if row["ticket"] == ticket:
                    return row, kind
        raise ConfigError(f"{self._units.symbol}: nothing with ticket {ticket} is open. It may have closed already.")

    def _changed(self, field: str, value: float | None, row: np.void) -> int:
        if value is KEEP:
            return int(row[field])
        return NO_PRICE if value is None else self._units.points(field, value)
