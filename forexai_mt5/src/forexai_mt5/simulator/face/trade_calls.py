"""The functions that calculate, check and send trade requests."""

from __future__ import annotations

from typing import Any

import attrs

from forexai_core.engine.accounting.margin import initial_margin
from forexai_core.engine.accounting.money import profit_of
from forexai_core.engine.state.records import (
    REQUEST_BUY_SELL_LIMIT,
    REQUEST_BUY_SELL_STOP,
    REQUEST_MARKET,
    REQUEST_STOP_LIMIT,
)
from forexai_mt5.simulator.face.arguments import (
    check_count,
    number_argument,
    price_arguments,
    request_argument,
    symbol_argument,
)
from forexai_mt5.simulator.face.connection import call
from forexai_mt5.simulator.face.price_calls import PriceCalls
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.server.checks import side_of
from forexai_mt5.simulator.server.dealing import Answer
from forexai_mt5.simulator.server.trade_server import TradeServer
from forexai_mt5.simulator.terminal.faults import BEFORE_A_CALL, TO_A_REQUEST, Fault
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import CallError, retcode_text
from forexai_mt5.terms.structure import structure_of
from forexai_mt5.terms.structures import OrderCheckResult, OrderSendResult, TradeRequest

__all__ = ["TradeCalls"]

_MOST = 1e12  # of a volume or a price that is calculated with
_KINDS = {
    c.ORDER_TYPE_BUY: REQUEST_MARKET,
    c.ORDER_TYPE_SELL: REQUEST_MARKET,
    c.ORDER_TYPE_BUY_LIMIT: REQUEST_BUY_SELL_LIMIT,
    c.ORDER_TYPE_SELL_LIMIT: REQUEST_BUY_SELL_LIMIT,
    c.ORDER_TYPE_BUY_STOP: REQUEST_BUY_SELL_STOP,
    c.ORDER_TYPE_SELL_STOP: REQUEST_BUY_SELL_STOP,
    c.ORDER_TYPE_BUY_STOP_LIMIT: REQUEST_STOP_LIMIT,
    c.ORDER_TYPE_SELL_STOP_LIMIT: REQUEST_STOP_LIMIT,
}


class TradeCalls(PriceCalls):
    """Margins, profits, and what becomes of requests."""

    # ------------------------------------------------------------------------------------------------- calculations
    def _record(self, server: TradeServer, symbol: Symbol, lots: float) -> Any:
        """Give the ledger's record of a symbol whose one step is a volume: so any volume can be calculated."""
        server.stepper.rates_now()
        record = server.ledger.symbols[server.stepper.places[symbol.name]].copy()
        record["value_per_point_step"] *= lots / record["volume_step"]
        record["volume_step"] = lots
        return record

    def _asked(self, name: str, args: tuple[Any, ...], prices: int) -> tuple[int, Symbol, list[float]]:
        check_count(args, 3 + prices)
        action, asked = number_argument(args[0], "action"), symbol_argument(args[1], "2nd unnamed argument")
        numbers = price_arguments(args[2:])
        self.enter(name)
        symbol = self.found(asked, c.RES_E_FAIL)
        if action not in _KINDS or not all(0.0 < number < _MOST for number in numbers):
            raise CallError(c.RES_E_INVALID_PARAMS)
        return action, symbol, numbers

    @call()
    def order_calc_margin(self, *args: Any) -> float | None:
        """Calculate margin required for specified order."""
        action, symbol, (lots, price) = self._asked("order_calc_margin", args, 1)
        server = self.attached().server
        record = self._record(server, symbol, lots)
        kind, side = _KINDS[action], side_of(action)
        place = 2 * (kind - 1) + (1 if side < 0 else 0)
        if record["initial_rate"][place] == 0.0:
            # A waiting order binds nothing there; what it will need when it fills is what its market order needs.
            kind = REQUEST_MARKET
        return float(initial_margin(server.ledger.account, record, kind, side, 1, symbol.points(price)))

    @call()
    def order_calc_profit(self, *args: Any) -> float | None:
        """Calculate profit for the current account in the current market conditions based on parameters passed."""
        action, symbol, (lots, opened, closed) = self._asked("order_calc_profit", args, 2)
        if action not in {c.ORDER_TYPE_BUY, c.ORDER_TYPE_SELL}:
            raise CallError(c.RES_E_INVALID_PARAMS)
        server = self.attached().server
        record, scale = self._record(server, symbol, lots), float(server.ledger.account["money_scale"])
        return float(profit_of(record, side_of(action), 1, opened * symbol.scale, symbol.points(closed), scale))

    # ----------------------------------------------------------------------------------------------------- requests
    @call()
    def order_check(self, *args: Any, **kwargs: Any) -> OrderCheckResult | None:
        """Check if there are enough funds to execute required trading operation."""
        request = request_argument(args, kwargs)
        server = self.enter("order_check")
        terminal = self.attached()
        barred = self._barred(server, request)
        preview = terminal.dealer.preview(request, terminal.reached_ns)
        retcode = barred or preview.retcode
        return structure_of(
            OrderCheckResult,
            {
                "retcode": retcode,
                "balance": preview.balance,
                "equity": preview.equity,
                "profit": round(preview.equity - preview.balance, 8),
                "margin": preview.margin,
                "margin_free": preview.margin_free,
                "margin_level": preview.margin_level,
                "comment": retcode_text(retcode) if retcode else "Done",
                "request": request,
            },
        )

    @call()
    def order_send(self, *args: Any, **kwargs: Any) -> OrderSendResult | None:
        """Send trading requests to server."""
        request = request_argument(args, kwargs)
        terminal = self.attached()
        before = terminal.faults.at_call(BEFORE_A_CALL, "order_send", terminal.elapsed_s)
        lost = before is not None and before.kind in {"crash", "ipc_receive"} and before.executed
        if before is not None and not lost:
            self.suffer(before)
        server = terminal.update()
        if terminal.faults.state("api_disabled", terminal.elapsed_s) is not None:
            raise CallError(c.RES_E_AUTO_TRADING_DISABLED)
        fault = terminal.faults.at_call(TO_A_REQUEST, "order_send", terminal.elapsed_s)
        answer = self._answer(server, request, fault)
        if before is not None and lost:
            if before.kind == "crash":
                self.caller.crash()
            self.lose(c.RES_E_INTERNAL_FAIL_RECEIVE)
        if fault is not None and fault.kind == "answer_lost":
            self.lose(fault.code or c.RES_E_INTERNAL_FAIL_RECEIVE)
        self.requests += 1
        return structure_of(
            OrderSendResult,
            attrs.asdict(answer)
            | {
                "comment": retcode_text(answer.retcode) if answer.comment is None else answer.comment,
                "request_id": self.requests,
                "request": request,
            },
        )

    def _answer(self, server: TradeServer, request: TradeRequest, fault: Fault | None) -> Answer:
        """Let the server answer, and a fault change what it says."""
        barred = self._barred(server, request)
        if barred:
            return Answer(retcode=barred)
        if fault is not None and fault.kind == "retcode":
            return Answer(retcode=fault.code or c.TRADE_RETCODE_REQUOTE)
        terminal = self.attached()
        answer = terminal.dealer.send(self._commented(request), terminal.reached_ns)
        if fault is None or answer.retcode not in {c.TRADE_RETCODE_DONE, c.TRADE_RETCODE_DONE_PARTIAL}:
            return answer
        if fault.kind == "answer_unknown":
            return Answer(retcode=fault.code or c.TRADE_RETCODE_TIMEOUT)
        if fault.kind == "placed":
            return Answer(retcode=c.TRADE_RETCODE_PLACED, order=answer.order, volume=request.volume)
        return answer

    def _commented(self, request: TradeRequest) -> TradeRequest:
        """Give the request with the comment that the server writes."""
        terminal = self.attached()
        fault = terminal.faults.state("comment", terminal.elapsed_s)
        if fault is None:
            return request
        return structure_of(TradeRequest, request._asdict() | {"comment": fault.text})

    def _barred(self, server: TradeServer, request: TradeRequest) -> int:
        """Give why the terminal does not even ask the server; 0 it does."""
        terminal, elapsed = self.attached(), self.attached().elapsed_s
        if terminal.faults.state("auto_trading_off", elapsed) is not None:
            return c.TRADE_RETCODE_CLIENT_DISABLES_AT
        if not terminal.connected:
            return c.TRADE_RETCODE_CONNECTION
        if terminal.faults.state("server_disables", elapsed) is not None:
            return c.TRADE_RETCODE_SERVER_DISABLES_AT
        if request.symbol in server.symbols and request.symbol not in terminal.watched:
            return c.TRADE_RETCODE_PRICE_OFF
        return 0
