"""The functions about positions, orders and deals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from forexai_mt5.simulator.face.account_views import deal_view, order_view, position_view
from forexai_mt5.simulator.face.arguments import ExceptionLeftSet, check_count, filters, invalid, seconds
from forexai_mt5.simulator.face.connection import call
from forexai_mt5.simulator.face.groups import matches
from forexai_mt5.simulator.face.trade_calls import TradeCalls
from forexai_mt5.simulator.server.records import Deal, Order, Position
from forexai_mt5.simulator.server.trade_server import TradeServer
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import CallError
from forexai_mt5.terms.structures import TradeDeal, TradeOrder, TradePosition

__all__ = ["HistoryCalls"]

_NS_PER_S = 1_000_000_000
_FILTERS = ("ticket", "symbol", "group")


class _Traded(Protocol):
    @property
    def ticket(self) -> int: ...
    @property
    def symbol(self) -> str: ...


RecordT = TypeVar("RecordT", bound=_Traded)


def _chosen(records: Iterable[RecordT], asked: dict[str, Any]) -> list[RecordT]:
    """Choose by ticket, else by symbol, else by group, as the library looks at them."""
    if "ticket" in asked:
        return [each for each in records if each.ticket == asked["ticket"]]
    if "symbol" in asked:
        return [each for each in records if each.symbol == asked["symbol"]]
    return [each for each in records if "group" not in asked or matches(asked["group"], each.symbol)]


class HistoryCalls(TradeCalls):
    """What is open, what works and what was."""

    def _shown_ns(self) -> int:
        """Give the time up to which lists show what has happened."""
        terminal = self.attached()
        lag = terminal.faults.state("history_lag", terminal.elapsed_s)
        return terminal.now_ns - (0 if lag is None else round(lag.seconds * _NS_PER_S))

    def _positions(self, server: TradeServer) -> list[Position]:
        shown = self._shown_ns()
        found = [each for each in server.books.positions.values() if each.time_ns <= shown]
        return sorted(found, key=lambda each: each.ticket)

    def _orders(self, server: TradeServer) -> list[Order]:
        shown = self._shown_ns()
        return [each for each in server.books.working.values() if each.time_setup_ns <= shown]

    # ---------------------------------------------------------------------------------------------------- what is open
    @call()
    def positions_total(self, *args: Any) -> int | None:
        """Return the number of open positions."""
        check_count(args, 0)
        return len(self._positions(self.enter("positions_total")))

    @call()
    def positions_get(self, *args: Any, **kwargs: Any) -> tuple[TradePosition, ...] | None:
        """Return all open positions, can be filtered by symbol, group or ticket."""
        asked = self._asked_filters(args, kwargs)
        server = self.enter("positions_get")
        server.stepper.rates_now()
        return tuple(position_view(server, each) for each in _chosen(self._positions(server), asked))

    @call()
    def orders_total(self, *args: Any) -> int | None:
        """Return the number of orders."""
        check_count(args, 0)
        return len(self._orders(self.enter("orders_total")))

    @call()
    def orders_get(self, *args: Any, **kwargs: Any) -> tuple[TradeOrder, ...] | None:
        """Return all orders, can be filtered by symbol, group or ticket."""
        asked = self._asked_filters(args, kwargs)
        server = self.enter("orders_get")
        return tuple(order_view(server, each) for each in _chosen(self._orders(server), asked))

    def _asked_filters(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        if args:
            raise CallError(c.RES_E_INVALID_PARAMS, "Unnamed arguments not allowed")
        return filters(kwargs, _FILTERS)

    # ----------------------------------------------------------------------------------------------------- what was
    def _span(self, args: tuple[Any, ...]) -> tuple[int, int]:
        """Read the two dates of a history."""
        if len(args) != 2:
            raise invalid("number of arguments")
        read = []
        for value, place in zip(args, ("1st", "2nd"), strict=True):
            try:
                read.append(seconds(value))
            except ExceptionLeftSet:
                raise invalid(f"{place} unnamed argument") from None
        return read[0], read[1]

    def _time_of(self, order: Order) -> int:
        return order.time_setup_ns if self.attached().policies.history_by_setup else order.time_done_ns

    def _within(
        self, server: TradeServer, records: Iterable[RecordT], time_of: Callable[[RecordT], int], span: tuple[int, int]
    ) -> list[RecordT]:
        """Choose by the server's clock, both ends included."""
        return [each for each in records if span[0] <= server.wall_ns(time_of(each)) // _NS_PER_S <= span[1]]

    def _past_orders(self, server: TradeServer) -> list[Order]:
        shown = self._shown_ns()
        return [each for each in server.books.history if each.time_done_ns <= shown]

    def _past_deals(self, server: TradeServer) -> list[Deal]:
        shown = self._shown_ns()
        return [each for each in server.books.deals if each.time_ns <= shown]

    @call()
    def history_orders_total(self, *args: Any) -> int | None:
        """Return the number of orders in selected range from history."""
        span = self._span(args)
        server = self.enter("history_orders_total")
        return len(self._within(server, self._past_orders(server), self._time_of, span))

    @call()
    def history_deals_total(self, *args: Any) -> int | None:
        """Return the number of deals in selected range from history."""
        span = self._span(args)
        server = self.enter("history_deals_total")
        return len(self._within(server, self._past_deals(server), lambda deal: deal.time_ns, span))

    @call()
    def history_orders_get(self, *args: Any, **kwargs: Any) -> tuple[TradeOrder, ...] | None:
        """Return orders in selected range from history or filtered by position id, ticket."""
        asked = self._asked_past(args, kwargs)
        server = self.enter("history_orders_get")
        orders = self._past_orders(server)
        if args:
            orders = _chosen(self._within(server, orders, self._time_of, self._span(args)), asked)
        elif "ticket" in asked:
            orders = [order for order in orders if order.ticket == asked["ticket"]]
        else:
            orders = [order for order in orders if order.position_id == asked["position"]]
        return tuple(order_view(server, order) for order in orders)

    @call()
    def history_deals_get(self, *args: Any, **kwargs: Any) -> tuple[TradeDeal, ...] | None:
        """Return deals in selected range from history or filtered by position id, ticket."""
        asked = self._asked_past(args, kwargs)
        server = self.enter("history_deals_get")
        deals = self._past_deals(server)
        if args:
            deals = _chosen(self._within(server, deals, lambda deal: deal.time_ns, self._span(args)), asked)
        elif "ticket" in asked:
            deals = [deal for deal in deals if deal.order == asked["ticket"]]  # an order's ticket, not a deal's
        else:
            deals = [deal for deal in deals if deal.position_id == asked["position"]]
        return tuple(deal_view(server, deal) for deal in deals)

    def _asked_past(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Read either two dates and perhaps a group, or a ticket, or a position; dates have no keywords."""
        if args:
            self._span(args)
            return filters(kwargs, ("group",))
        asked = filters(kwargs, ("ticket", "position"))
        if not asked:
            raise invalid("number of arguments")
        return asked
