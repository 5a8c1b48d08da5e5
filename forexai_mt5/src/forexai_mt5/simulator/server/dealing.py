"""What a trade server does with a request: it is checked, carried out or refused, and answered."""

from __future__ import annotations

from typing import Any

import attrs

from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state.records import FILLING_RETURN, NEVER
from forexai_mt5.simulator.server.cases import case_of
from forexai_mt5.simulator.server.checks import Case, first_slip, side_of
from forexai_mt5.simulator.server.records import Deal, Order
from forexai_mt5.simulator.server.stepping import Outcome
from forexai_mt5.simulator.server.trade_server import TradeServer
from forexai_mt5.simulator.server.translation import expiry_ns, ledger_request, next_midnight_ns
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.masks import TRADE_RETCODE_HEDGE_PROHIBITED
from forexai_mt5.terms.structures import TradeRequest

__all__ = ["Answer", "Dealer", "Preview"]

_NS_PER_MS = 1_000_000
_DATED = {c.ORDER_TIME_SPECIFIED, c.ORDER_TIME_SPECIFIED_DAY}

_RETCODES = {
    "invalid_volume": c.TRADE_RETCODE_INVALID_VOLUME,
    "invalid_price": c.TRADE_RETCODE_INVALID_PRICE,
    "invalid_stops": c.TRADE_RETCODE_INVALID_STOPS,
    "no_money": c.TRADE_RETCODE_NO_MONEY,
    "no_position": c.TRADE_RETCODE_POSITION_CLOSED,
    "frozen": c.TRADE_RETCODE_FROZEN,
    "limit_volume": c.TRADE_RETCODE_LIMIT_VOLUME,
    "invalid_close_by": c.TRADE_RETCODE_INVALID,
    "fifo_close": c.TRADE_RETCODE_FIFO_CLOSE,
    "hedge_prohibited": TRADE_RETCODE_HEDGE_PROHIBITED,
    "market_closed": c.TRADE_RETCODE_MARKET_CLOSED,
    "requote": c.TRADE_RETCODE_REQUOTE,
}


@attrs.frozen(kw_only=True)
class Answer:
    """What the server says to a request."""

    retcode: int
    deal: int = 0
    order: int = 0
    volume: float = 0.0
    price: float = 0.0
    bid: float = 0.0
    ask: float = 0.0
    comment: str | None = None


@attrs.frozen(kw_only=True)
class Preview:
    """What a request would do: the account after it. ``retcode`` 0 is yes."""

    retcode: int
    balance: float
    equity: float
    margin: float

    @property
    def margin_free(self) -> float:
        """Equity that nothing binds."""
        return round(self.equity - self.margin, 8)

    @property
    def margin_level(self) -> float:
        """Percent; 0 without margin."""
        return 100.0 * self.equity / self.margin if self.margin else 0.0


class Dealer:
    """Who takes the requests of a server's account.

    Parameters
    ----------
    server : TradeServer
        With the account.
    """

    def __init__(self, server: TradeServer) -> None:
        self._server = server

    def send(self, request: TradeRequest, now_ns: int) -> Answer:
        """Carry a request out, or say why not."""
        self._server.catch_up(now_ns)
        case = case_of(self._server, request)
        slip = self._slip(case)
        if slip or case is None:
            return Answer(retcode=slip)
        if request.action == c.TRADE_ACTION_DEAL:
            self._prepare_deal(case)
        expiry = self._expiry(case)
        hand = self._order_in_hand(case, expiry)
        row = ledger_request(case, self._server.stepper.places[case.symbol.name], expiry)
        outcome = self._server.event(case.symbol.name, self._server.now_ns, row, side=_volume_side(request))
        if case.order is not None and request.action == c.TRADE_ACTION_REMOVE and not outcome.refusals:
            case.order.state = c.ORDER_STATE_REQUEST_CANCEL
        deals = self._server.books.take(outcome, self._server.now_ns, hand)
        self._server.ledger.account["filling"] = FILLING_RETURN
        return self._answer(case, outcome, deals, hand, expiry)

    def _slip(self, case: Case | None) -> int:
        """Give what is wrong before the market is asked; 0 nothing."""
        if case is None:
            return c.TRADE_RETCODE_INVALID
        if self._server.settings.investor:
            return c.TRADE_RETCODE_TRADE_DISABLED
        if not self._server.settings.experts_allowed:
            return c.TRADE_RETCODE_SERVER_DISABLES_AT
        return first_slip(case) or self._no_change(case)

    def _no_change(self, case: Case) -> int:
        request, row = case.request, case.row
        if row is None or request.action not in {c.TRADE_ACTION_SLTP, c.TRADE_ACTION_MODIFY}:
            return 0
        levels = [
            case.symbol.price(float(row[name])) if row[name] > 0 else 0.0 for name in ("stop_loss", "take_profit")
        ]
        if levels != [case.symbol.rounded(request.sl), case.symbol.rounded(request.tp)]:
            return 0
        if request.action == c.TRADE_ACTION_SLTP:
            return c.TRADE_RETCODE_NO_CHANGES
        order = case.order
        if order is None:
            return 0
        same = (order.price_open, order.price_stoplimit, order.type_time, order.expiration)
        asked = (
            case.symbol.rounded(request.price),
            case.symbol.rounded(request.stoplimit) if order.price_stoplimit else 0.0,
            request.type_time,
            _expiration(request),
        )
        return c.TRADE_RETCODE_NO_CHANGES if same == asked else 0

    def _prepare_deal(self, case: Case) -> None:
        """Set how the ledger executes the deal that comes: at whose price, and what becomes of a rest."""
        account, request = self._server.ledger.account, case.request
        quoted = case.symbol.is_quoted
        account["instant"] = quoted
        account["deviation"] = min(request.deviation, NEVER) if quoted else NEVER
        account["filling"] = request.type_filling

    def _expiry(self, case: Case) -> int:
        if case.request.action not in {c.TRADE_ACTION_PENDING, c.TRADE_ACTION_MODIFY}:
            return 0
        return expiry_ns(
            case, self._server.settings.clock, next_midnight_ns(self._server.settings.clock, self._server.now_ns)
        )

    def _order_in_hand(self, case: Case, expiry: int) -> Order | None:
        """Make the order that a request is, unless it changes or removes one."""
        request, position = case.request, case.position
        if request.action not in {c.TRADE_ACTION_DEAL, c.TRADE_ACTION_PENDING, c.TRADE_ACTION_CLOSE_BY}:
            return None
        pending, by = request.action == c.TRADE_ACTION_PENDING, request.action == c.TRADE_ACTION_CLOSE_BY
        symbol = case.symbol
        volume = min(case.held_lots, case.by_lots) if by else round(request.volume, 8)
        return self._server.books.new_order(
            symbol=symbol.name,
            type=c.ORDER_TYPE_CLOSE_BY if by else request.type,
            time_setup_ns=self._server.now_ns,
            volume_initial=volume,
            volume_current=volume,
            type_time=request.type_time if pending else c.ORDER_TIME_GTC,
            type_filling=c.ORDER_FILLING_RETURN if pending else request.type_filling,
            magic=request.magic,
            comment=request.comment,
            expiration=_expiration(request) if pending else 0,
            expiry_ns=expiry,
            price_open=symbol.rounded(request.price) if not by and (pending or symbol.is_quoted) else 0.0,
            price_stoplimit=symbol.rounded(request.stoplimit)
            if pending and request.type >= c.ORDER_TYPE_BUY_STOP_LIMIT
            else 0.0,
            sl=0.0 if by else symbol.rounded(request.sl),
            tp=0.0 if by else symbol.rounded(request.tp),
            position_id=position.identifier if position is not None and not pending else 0,
            position_by_id=case.position_by.identifier if by and case.position_by is not None else 0,
        )

    def _answer(self, case: Case, outcome: Outcome, deals: list[Deal], hand: Order | None, expiry: int) -> Answer:
        request, quote = case.request, self._server.feed.last[case.symbol.name]
        bid, ask = case.symbol.price(quote.bid), case.symbol.price(quote.ask)
        mine = [deal for deal in deals if hand is not None and deal.order == hand.ticket]
        if outcome.refusals and not mine:
            if hand is not None:
                self._server.books.withdraw(hand)
            why = outcome.refusals[0]
            return Answer(retcode=_RETCODES.get(why, self._server.policies.unfilled))
        if request.action == c.TRADE_ACTION_MODIFY and case.order is not None:
            self._change(case.order, case, expiry)
        if request.action == c.TRADE_ACTION_SLTP and case.position is not None:
            case.position.time_update_ns = self._server.now_ns
        if hand is None:
            return Answer(retcode=c.TRADE_RETCODE_DONE, order=request.order, bid=bid, ask=ask)
        shown: Any = {"order": hand.ticket, "bid": bid, "ask": ask}
        if hand.type == c.ORDER_TYPE_CLOSE_BY:
            hand.volume_current = 0.0
            self._server.books.finish(hand, c.ORDER_STATE_FILLED, self._server.now_ns)
            return Answer(
                retcode=c.TRADE_RETCODE_DONE, deal=mine[0].ticket, volume=mine[0].volume, price=mine[0].price, **shown
            )
        if not mine:  # it waits: for its price, or for somebody to fill it
            retcode = c.TRADE_RETCODE_DONE if hand.is_pending else c.TRADE_RETCODE_PLACED
            return Answer(retcode=retcode, volume=request.volume, price=hand.price_open, **shown)
        filled = round(sum(deal.volume for deal in mine), 8)
        retcode = c.TRADE_RETCODE_DONE if filled >= request.volume - 1e-9 else c.TRADE_RETCODE_DONE_PARTIAL
        return Answer(retcode=retcode, deal=mine[0].ticket, volume=filled, price=mine[0].price, **shown)

    def _change(self, order: Order, case: Case, expiry: int) -> None:
        request, rounded = case.request, case.symbol.rounded
        order.price_open, order.sl, order.tp = rounded(request.price), rounded(request.sl), rounded(request.tp)
        if order.price_stoplimit:
            order.price_stoplimit = rounded(request.stoplimit)
        order.type_time, order.expiration, order.expiry_ns = request.type_time, _expiration(request), expiry

    def preview(self, request: TradeRequest, now_ns: int) -> Preview:
        """Say what a request would do, and do nothing."""
        self._server.catch_up(now_ns)
        case = case_of(self._server, request)
        slip = self._slip(case)
        if slip or case is None:
            self._server.mark()
            return self._state(self._server.ledger, slip)
        if request.action == c.TRADE_ACTION_DEAL:
            self._prepare_deal(case)
        place = self._server.stepper.places[case.symbol.name]
        row = ledger_request(case, place, self._expiry(case))
        quote = self._server.feed.last[case.symbol.name]
        shut = not self._server.sessions.is_open(case.symbol.name, self._server.now_ns // _NS_PER_MS)
        with self._server.depths.met_before(place, _volume_side(request)):
            trial = self._server.stepper.trial(
                case.symbol.name, self._server.now_ns, quote.bid, quote.ask, row, shut=shut
            )
        self._server.ledger.account["filling"] = FILLING_RETURN
        refused = self._server.stepper.refusals_of(trial)
        retcode = _RETCODES.get(refused[0], self._server.policies.unfilled) if refused else 0
        return self._state(trial, retcode)

    def _state(self, ledger: Ledger, retcode: int) -> Preview:
        account = ledger.account
        return Preview(
            retcode=retcode,
            balance=float(account["balance"]),
            equity=round(float(account["equity"]), 8),
            margin=round(float(account["margin"]), 8),
        )


def _volume_side(request: TradeRequest) -> int:
    """Give which side of the market a request takes volume from at once: +1 buys, -1 sells, 0 neither."""
    return side_of(request.type) if request.action == c.TRADE_ACTION_DEAL else 0


def _expiration(request: TradeRequest) -> int:
    """Give the date that an order keeps: none where its time is not specified."""
    return request.expiration if request.type_time in _DATED else 0
