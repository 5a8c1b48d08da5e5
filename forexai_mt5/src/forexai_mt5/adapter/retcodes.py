"""What a trade server's answers ask of whoever sent the request, and what becomes of an answer that is none."""

from __future__ import annotations

from collections.abc import Mapping

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, OrderStateUnknownError, RejectionKind
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import retcode_text
from forexai_mt5.terms.masks import TRADE_RETCODE_HEDGE_PROHIBITED
from forexai_mt5.terms.structures import OrderSendResult
from forexai_mt5.worker.functions import UNKNOWN_RETCODES
from forexai_mt5.worker.worker import Answer

__all__ = ["BROKEN_CODES", "KINDS", "REMEDIES", "SUCCESS", "refusal", "result_of"]

SUCCESS = frozenset({c.TRADE_RETCODE_DONE, c.TRADE_RETCODE_PLACED, c.TRADE_RETCODE_DONE_PARTIAL})
"""Accepted: filled, waiting or to be filled, filled in part."""

KINDS: Mapping[int, RejectionKind] = {
    c.TRADE_RETCODE_REQUOTE: RejectionKind.PRICE,
    c.TRADE_RETCODE_PRICE_CHANGED: RejectionKind.PRICE,
    c.TRADE_RETCODE_PRICE_OFF: RejectionKind.PRICE,
    c.TRADE_RETCODE_TOO_MANY_REQUESTS: RejectionKind.BUSY,
    c.TRADE_RETCODE_LOCKED: RejectionKind.BUSY,
    c.TRADE_RETCODE_ORDER_CHANGED: RejectionKind.BUSY,
    c.TRADE_RETCODE_CLOSE_ORDER_EXIST: RejectionKind.BUSY,
    c.TRADE_RETCODE_REJECT: RejectionKind.FINAL,
    c.TRADE_RETCODE_CANCEL: RejectionKind.FINAL,
    c.TRADE_RETCODE_INVALID: RejectionKind.FINAL,
    c.TRADE_RETCODE_INVALID_VOLUME: RejectionKind.FINAL,
    c.TRADE_RETCODE_INVALID_PRICE: RejectionKind.FINAL,
    c.TRADE_RETCODE_INVALID_STOPS: RejectionKind.FINAL,
    c.TRADE_RETCODE_INVALID_EXPIRATION: RejectionKind.FINAL,
    c.TRADE_RETCODE_INVALID_FILL: RejectionKind.FINAL,
    c.TRADE_RETCODE_INVALID_ORDER: RejectionKind.FINAL,
    c.TRADE_RETCODE_INVALID_CLOSE_VOLUME: RejectionKind.FINAL,
    c.TRADE_RETCODE_TRADE_DISABLED: RejectionKind.SYMBOL,
    c.TRADE_RETCODE_MARKET_CLOSED: RejectionKind.SYMBOL,
    c.TRADE_RETCODE_ONLY_REAL: RejectionKind.SYMBOL,
    c.TRADE_RETCODE_LONG_ONLY: RejectionKind.SYMBOL,
    c.TRADE_RETCODE_SHORT_ONLY: RejectionKind.SYMBOL,
    c.TRADE_RETCODE_CLOSE_ONLY: RejectionKind.SYMBOL,
    c.TRADE_RETCODE_NO_MONEY: RejectionKind.RESOURCES,
    c.TRADE_RETCODE_LIMIT_ORDERS: RejectionKind.RESOURCES,
    c.TRADE_RETCODE_LIMIT_VOLUME: RejectionKind.RESOURCES,
    c.TRADE_RETCODE_LIMIT_POSITIONS: RejectionKind.RESOURCES,
    c.TRADE_RETCODE_SERVER_DISABLES_AT: RejectionKind.HALTED,
    c.TRADE_RETCODE_CLIENT_DISABLES_AT: RejectionKind.HALTED,
    c.TRADE_RETCODE_FROZEN: RejectionKind.FROZEN,
    c.TRADE_RETCODE_POSITION_CLOSED: RejectionKind.GONE,
    c.TRADE_RETCODE_REJECT_CANCEL: RejectionKind.FINAL,
    c.TRADE_RETCODE_NO_CHANGES: RejectionKind.FINAL,
    c.TRADE_RETCODE_FIFO_CLOSE: RejectionKind.FINAL,
    TRADE_RETCODE_HEDGE_PROHIBITED: RejectionKind.FINAL,
}
"""Answers after which nothing was executed, and what each asks for."""

BROKEN_CODES = frozenset(
    {
        c.RES_E_INTERNAL_FAIL,
        c.RES_E_INTERNAL_FAIL_SEND,
        c.RES_E_INTERNAL_FAIL_RECEIVE,
        c.RES_E_INTERNAL_FAIL_CONNECT,
        c.RES_E_INTERNAL_FAIL_TIMEOUT,
    }
)
"""``last_error`` after which the connection is given up and made anew: a broken pipe does not mend itself."""

REMEDIES: Mapping[int, str] = {
    c.RES_E_INVALID_VERSION: "The terminal has updated itself: install the MetaTrader5 package of the same age.",
    c.RES_E_AUTH_FAILED: "Login, password and server do not belong together, or the account is archived.",
    c.RES_E_UNSUPPORTED: "Accounts with a one-time password or a certificate cannot be logged in to by a program.",
    c.RES_E_AUTO_TRADING_DISABLED: (
        "In the terminal: Tools, Options, Expert Advisors, take the tick away at 'Disable algorithmic trading via "
        "external Python API'."
    ),
    c.RES_E_INTERNAL_FAIL_INIT: "No terminal was found or could be started: give the path of terminal64.exe.",
    c.RES_E_INTERNAL_FAIL_TIMEOUT: (
        "The terminal answers and does not reach the state logged in: log it in by hand once, with the broker's own "
        "terminal, and give the same `portable` as it was started with."
    ),
    c.RES_E_INTERNAL_FAIL_CONNECT: "There is no connection to a terminal.",
}
"""What a person can do about a ``last_error``."""

# Codes of ``last_error`` after which an order certainly was not handed to the server.
_NOT_SENT = frozenset(
    {
        c.RES_E_INTERNAL_FAIL_CONNECT,
        c.RES_E_INTERNAL_FAIL_INIT,
        c.RES_E_INVALID_VERSION,
        c.RES_E_AUTH_FAILED,
        c.RES_E_UNSUPPORTED,
    }
)


def refusal(retcode: int, said: str = "") -> OrderRejectedError:
    """Make the error of an answer after which nothing was executed."""
    text = said or retcode_text(retcode)
    return OrderRejectedError(f"The server answered {retcode}: {text}.", code=retcode, kind=KINDS[retcode])


def result_of(answer: Answer) -> OrderSendResult:
    """Give the result of a request that was accepted.

    Raises
    ------
    OrderRejectedError
        If it certainly was not executed.
    BrokerUnreachableError
        If it certainly was not sent.
    OrderStateUnknownError
        If nobody knows; also of every answer that is on no list.
    """
    if answer.value is None:
        raise _of_no_answer(*answer.error)
    result: OrderSendResult = answer.value
    if result.retcode in SUCCESS:
        return result
    if result.retcode in KINDS:
        raise refusal(result.retcode, result.comment)
    known = "" if result.retcode in UNKNOWN_RETCODES else " It is no answer that we know."
    raise OrderStateUnknownError(
        f"The server answered {result.retcode}: {result.comment}.{known} The request may have been carried out: look "
        "for it among orders, positions and deals, and do not send it again before."
    )


def _of_no_answer(code: int, text: str) -> Exception:
    """Make the error of an ``order_send`` that gave None."""
    said = f"order_send: {text} ({code})."
    remedy = REMEDIES.get(code, "")
    if code == c.RES_E_AUTO_TRADING_DISABLED:
        return OrderRejectedError(f"{said} {remedy}", code=code, kind=RejectionKind.HALTED)
    if code in {c.RES_E_INVALID_PARAMS, c.RES_E_NOT_FOUND}:
        return OrderRejectedError(f"{said} The terminal did not take the request.", code=code)
    if code in _NOT_SENT:
        return BrokerUnreachableError(f"{said} Nothing was sent. {remedy}".rstrip())
    return OrderStateUnknownError(
        f"{said} The request may have been carried out: look for it among orders, positions and deals, and do not "
        "send it again before."
    )
