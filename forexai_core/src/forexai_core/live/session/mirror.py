"""What strategies see of an account at a venue: the arrays of a ledger, written from what the venue shows.

A strategy reads the same arrays in a backtest. There the ledger's kernels write them; here nothing is executed, and
each row comes from a position, an order or a deal of the venue. What a strategy asks for is left in ``requests``, for
the session to turn into orders.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import CLOSE_REASONS, OPEN_REASONS
from forexai_core.engine.preparation.setup import Setup
from forexai_core.engine.state.book import Roster
from forexai_core.engine.state.records import (
    DEAL,
    ENTRY_IN,
    MAX_ORDERS,
    MAX_POSITIONS,
    NO_PRICE,
    ORDER_LIMIT,
    ORDER_STOP,
    ORDER_STOP_LIMIT,
)
from forexai_core.engine.trades import trades_of
from forexai_core.errors import TradingError
from forexai_core.live.growth.ledgers import GrowingLedger
from forexai_core.live.session.entries import Entries
from forexai_core.values.accounts import AccountState
from forexai_core.values.orders import Deal, DealEntry, OrderKind, OrderState, volume_steps
from forexai_core.values.positions import Position

__all__ = ["Mark", "Marks", "Mirror", "trades_heard"]

_ENTRIES = tuple(DealEntry)
_KINDS = {OrderKind.LIMIT: ORDER_LIMIT, OrderKind.STOP: ORDER_STOP, OrderKind.STOP_LIMIT: ORDER_STOP_LIMIT}
_ROOM = 256
_DECIMALS = 8
_WHOLE = 1e-4  # of a point and step: what a float of the average leaves
_RATES = {
    "gain_rate": "gain",
    "loss_rate": "loss",
    "margin_currency_rate": "margin",
    "margin_gain_rate": "margin_gain",
    "fee_rate": "fee",
}


@attrs.frozen
class Mark:
    """Whose something at the venue is.

    Attributes
    ----------
    strategy : int
        Place of the strategy in the session; -1 is nobody's of it.
    tag : int
        Number of the text that the strategy calls it.
    opened : int
        Place in ``OPEN_REASONS`` of what opened it.
    stop_loss, take_profit : float
        Prices that the order asked for; 0 none.
    """

    strategy: int
    tag: int = 0
    opened: int = 0
    stop_loss: float = 0.0
    take_profit: float = 0.0


Marks = Callable[[Position | OrderState | Deal], Mark]
"""Tells whose a thing at the venue is."""


class Mirror(GrowingLedger):
    """An account as its venue shows it, in the arrays that strategies read.

    Parameters
    ----------
    setup : Setup
        Contracts, costs and the prices that strategies decide on, laid out for so many strategies.
    marks : callable
        Tells whose a position, an order or a deal is.
    """

    def __init__(self, setup: Setup, marks: Marks) -> None:
        super().__init__(setup)
        self.marks = marks
        self._places = {symbol: place for place, symbol in enumerate(setup.symbols)}
        self._scales: list[float] = self.symbols["scale"].tolist()
        self._heard = np.zeros(_ROOM, DEAL)
        self._known = 0
        self._entries = Entries(round(math.log10(float(self.account["money_scale"]))))

    # --------------------------------------------------------------------------------------------------- reading
    @property
    def deals(self) -> NDArray[np.void]:
        """(deals,) DEAL: all that the venue has told of in this session."""
        return self._heard[: self._known]

    def catch_up_now(self) -> None:
        """Do nothing: marks and ages are those of the last look."""

    def count_bar(self, roster: Roster, number: int) -> None:
        """Take the turn of a strategy that is asked in Python: each of its positions is a bar older."""
        account = self.account
        if account["positions"] or account["requests"]:
            self.take_turn(roster, number)
        else:
            self.changes += 1  # nothing is there that could age, or lack room

    def place(self, symbol: str) -> int | None:
        """Give the place of a symbol; None where the session does not trade it."""
        return self._places.get(symbol)

    # --------------------------------------------------------------------------------------------------- writing
    def quote(self, symbol: str, bid: float, ask: float) -> None:
        """Take over a quote."""
        place = self._places.get(symbol)
        if place is None:
            return
        record, scale = self.symbols[place], self._scales[place]
        record["bid"], record["ask"] = round(bid * scale), round(ask * scale)

    def convert_at(self, rates: NDArray[np.void]) -> None:
        """Take over rates of conversion.

        Parameters
        ----------
        rates : (symbols,) CONVERSION
            Of now.
        """
        for name, column in _RATES.items():
            self.symbols[name] = rates[column]

    def stand(self, state: AccountState, time_ns: int) -> None:
        """Take over how the account stands, and what time it is."""
        account = self.account
        account["balance"], account["equity"], account["margin"] = state.balance, state.equity, state.margin
        account["time_ns"] = account["end_ns"] = time_ns

    def show(self, positions: Iterable[Position], orders: Iterable[OrderState]) -> None:
        """Take over what is open and what waits; the ages of positions go on."""
        ages = {int(row["ticket"]): int(row["bars"]) for row in self.positions[: self.account["positions"]]}
        held = [each for each in positions if each.symbol in self._places]
        waiting = [each for each in orders if each.request.kind in _KINDS and each.symbol in self._places]
        if len(held) > MAX_POSITIONS or len(waiting) > MAX_ORDERS:
            raise TradingError(
                f"The account has {len(held)} positions and {len(waiting)} orders; a session follows {MAX_POSITIONS} "
                f"and {MAX_ORDERS}."
            )
        by_age = sorted(held, key=lambda each: (each.open_time_ns, self._entries.turn(each.position), each.position))
        serials = {position.position: serial for serial, position in enumerate(by_age, 1)}
        for number, position in enumerate(held):
            self._write_position(self.positions[number], position, ages.get(position.position, 0))
            self.positions[number]["serial"] = serials[position.position]
        for number, order in enumerate(waiting):
            self._write_order(self.orders[number], order)
        self.account["positions"], self.account["orders"] = len(held), len(waiting)
        self.account["activity"] += 1
        self.changes += 1

    def _write_position(self, row: Any, position: Position, bars: int) -> None:
        place, mark = self._places[position.symbol], self.marks(position)
        record = self.symbols[place]
        scale = float(record["scale"])
        steps = volume_steps(position.volume_lots, float(record["volume_step"]))
        row["ticket"], row["symbol"], row["strategy"] = position.position, place, mark.strategy
        row["side"], row["volume_steps"] = position.side, steps
        row["cost"] = _cost(position.open_price * scale * steps)
        row["open_ns"], row["tag"], row["bars"] = position.open_time_ns, mark.tag, bars
        row["open_reason"] = mark.opened
        row["stop_loss"] = _points(position.stop_loss, scale)
        row["take_profit"] = _points(position.take_profit, scale)
        row["swap"], row["commission"] = position.swap, position.commission
        self._entries.see_levels(position.position, int(row["stop_loss"]), int(row["take_profit"]))

    def _write_order(self, row: Any, order: OrderState) -> None:
        place, request, mark = self._places[order.symbol], order.request, self.marks(order)
        record = self.symbols[place]
        scale = float(record["scale"])
        left = order.left_lots if order.status.working else request.volume_lots
        row["ticket"], row["symbol"], row["strategy"] = order.order, place, mark.strategy
        row["kind"] = row["origin"] = _KINDS[request.kind]
        row["side"], row["volume_steps"] = request.side, volume_steps(left, float(record["volume_step"]))
        row["price"], row["limit_price"] = _points(request.price, scale), _points(request.limit_price, scale)
        row["stop_loss"], row["take_profit"] = _points(request.stop_loss, scale), _points(request.take_profit, scale)
        row["placed_ns"], row["expiry_ns"] = order.placed_time_ns, request.expire_time_ns
        row["oco"], row["tag"] = request.group, mark.tag

    def tell(self, deal: Deal) -> None:
        """Take note of a deal; one that turns a netting position is kept as its two halves."""
        place = self._places.get(deal.symbol)
        if place is None:
            return
        entry = _ENTRIES.index(deal.entry)
        steps = volume_steps(deal.volume_lots, float(self.symbols[place]["volume_step"]))
        opening = self._entries.opening_steps(deal.position, entry, steps)
        commission = round(deal.commission * (steps - opening) / max(1, steps), _DECIMALS)
        if opening < steps:
            row = self._write_deal(deal, place, entry, closing=True)
            row["volume_steps"] = steps - opening
            row["profit"], row["commission"], row["swap"] = deal.profit, commission, deal.swap
            self._entries.close(row)
        if opening:
            row = self._write_deal(deal, place, entry, closing=False)
            row["volume_steps"] = opening
            row["commission"] = round(deal.commission - commission, _DECIMALS)
            new = self._entries.opened(row)
            if new and entry == ENTRY_IN:  # it may be gone before anybody looks at the account
                mark, scale = self.marks(deal), float(self.symbols[place]["scale"])
                levels = _points(mark.stop_loss, scale), _points(mark.take_profit, scale)
                self._entries.see_levels(deal.position, *levels)
        self.account["activity"] += 1

    def _write_deal(self, deal: Deal, place: int, entry: int, *, closing: bool) -> Any:
        """Write what both halves of a deal share."""
        if self._known == len(self._heard):
            self._heard = np.concatenate([self._heard, np.zeros(len(self._heard), DEAL)])
        record, mark = self.symbols[place], self.marks(deal)
        row: Any = self._heard[self._known]
        reasons = CLOSE_REASONS if closing else OPEN_REASONS
        row["ticket"], row["order"], row["position"] = deal.deal, deal.order, deal.position
        row["symbol"], row["strategy"], row["tag"] = place, mark.strategy, mark.tag
        row["time_ns"], row["side"], row["entry"] = deal.time_ns, deal.side, entry
        row["closing"] = closing
        row["price"] = round(deal.price * float(record["scale"]))
        row["reason"] = reasons.index(deal.reason) if deal.reason in reasons else 0
        self._known += 1
        return row


def trades_heard(mirror: Mirror, digits: int, names: Sequence[str]) -> NDArray[np.void]:
    """Give the trades that the deals of a session make up.

    Parameters
    ----------
    mirror : Mirror
        The account.
    digits : int
        Of its currency.
    names : sequence of str
        The strategies.
    """
    heard = mirror.deals
    deals = heard[(heard["closing"] == 0) | (heard["open_ns"] > 0)].copy()
    owners = {int(row["position"]): int(row["strategy"]) for row in deals if not row["closing"]}
    deals["strategy"] = [max(0, owners[int(row["position"])]) for row in deals]
    return trades_of(deals, mirror.setup.symbols, mirror.symbols, digits, names)


def _cost(points_by_steps: float) -> float:
    """Give the exact sum behind an average price; where a part was closed in netting it need not be whole."""
    nearest = round(points_by_steps)
    return nearest if abs(points_by_steps - nearest) < _WHOLE else points_by_steps


def _points(price: float, scale: float) -> int:
    return round(price * scale) if price else NO_PRICE
