"""Decisions: from what a strategy wants to requests that wait for the next price."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.engine.accounting.fifo import older
from forexai_core.engine.accounting.grid import closing_price
from forexai_core.engine.accounting.money import to_steps
from forexai_core.engine.state.book import Book, Seen
from forexai_core.engine.state.records import (
    COMMANDS_PER_CLOSE,
    NEVER,
    NO_PRICE,
    REQUEST_CLOSE,
    REQUEST_CLOSE_ALL,
    REQUEST_CLOSE_BY,
    REQUEST_MARKET,
    REQUEST_MODIFY_POSITION,
    REQUEST_NONE,
    REQUEST_STOP_LIMIT,
    STATUS_MANY_COMMANDS,
    STATUS_WRONG_COMMAND,
    UNTIL_MIDNIGHT,
)

__all__ = ["ask_commands", "ask_intent", "describe_bar", "describe_holdings", "look_after"]


@kernel(inline="always")
def _points(distance: float, scale: float) -> int:
    return round(distance * scale)


@kernel(inline="always")
def _asked_points(distance: float, scale: float) -> int:
    """Turn a distance that is asked for into points; one that rounds to nothing becomes -1, which is refused."""
    points = round(distance * scale)
    return -1 if points == 0 and distance != 0.0 else points


@kernel(inline="always")
def _price_points(price: float, scale: float) -> int:
    return NO_PRICE if price == 0.0 else round(price * scale)


@kernel
def _new_request(book: Book, kind: int, index: int, strategy: int) -> Any:
    account = book["account"]
    request = book["requests"][account["requests"]]
    account["requests"] += 1
    request["kind"] = kind
    request["symbol"] = index
    request["strategy"] = strategy
    request["side"] = 0
    request["volume_steps"] = 0
    request["risk_fraction"] = 0.0
    request["price"] = NO_PRICE
    request["limit_price"] = NO_PRICE
    request["stop_loss"] = NO_PRICE
    request["take_profit"] = NO_PRICE
    request["stop_distance"] = 0
    request["target_distance"] = 0
    request["trail_distance"] = 0
    request["trail_start"] = 0
    request["expiry_ns"] = 0
    request["ticket"] = 0
    request["ticket_by"] = 0
    request["oco"] = 0
    request["turns"] = 0
    request["tag"] = 0
    request["decided_ns"] = account["end_ns"]
    request["asked_bid"] = 0
    request["asked_ask"] = 0
    request["worked"] = 0
    return request


@kernel(inline="always")
def _newest(book: Book, index: int, strategy: int) -> int:
    """Give the row of the strategy's newest position in a symbol; -1 when it is flat."""
    newest = -1
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] != index or position["strategy"] != strategy:
            continue
        if newest < 0 or older(book, newest, row):
            newest = row
    return newest


@kernel(inline="always")
def _side_open(book: Book, index: int, strategy: int) -> int:
    """Give the side of the strategy's newest position in a symbol; 0 when it is flat."""
    newest = _newest(book, index, strategy)
    return 0 if newest < 0 else book["positions"][newest]["side"]


@kernel(inline="always")
def _exits(exit_flag: int, held: int) -> bool:
    """Say whether an intent's exit (1 any, 2 buys, 3 sells) means the side that is held."""
    return exit_flag == 1 or (exit_flag == 2 and held > 0) or (exit_flag == 3 and held < 0)


@kernel
def ask_intent(book: Book, index: int, strategy: int, intent: Any, management: Any) -> None:
    """Turn a vector strategy's row into requests.

    An entry closes the other side first, and opens only where nothing of what was closed is left; with its own side
    open already it asks for nothing.

    Parameters
    ----------
    book : Book
        The account, after the bar's close.
    index, strategy : int
        For which symbol, on whose behalf.
    intent : INTENT record
        The row.
    management : MANAGEMENT record
        Default volume and sizing.
    """
    entry = intent["entry"]
    if entry == 0 and intent["exit"] == 0:
        return
    held, turns = _side_open(book, index, strategy), 0
    if held != 0 and (_exits(intent["exit"], held) or entry == -held):
        _new_request(book, REQUEST_CLOSE_ALL, index, strategy)
        held, turns = 0, 1
    if entry == 0 or held != 0:
        return
    symbol = book["symbols"][index]
    request = _new_request(book, REQUEST_MARKET, index, strategy)
    request["side"] = entry
    request["turns"] = turns
    lots = intent["volume_lots"] if intent["volume_lots"] > 0.0 else management["volume_lots"]
    request["volume_steps"] = to_steps(lots, symbol["volume_step"])
    if intent["volume_lots"] == 0.0:
        request["risk_fraction"] = management["risk_fraction"]
    request["stop_distance"] = _asked_points(intent["stop"], symbol["scale"])
    request["target_distance"] = _asked_points(intent["target"], symbol["scale"])
    request["trail_distance"] = _asked_points(management["trail_distance"], symbol["scale"])
    request["trail_start"] = _asked_points(management["trail_start"], symbol["scale"])


@kernel
def _break_even(book: Book, position: Any, management: Any) -> None:
    symbol = book["symbols"][position["symbol"]]
    side = position["side"]
    entry = position["cost"] / position["volume_steps"]
    price = symbol["bid"] if side > 0 else symbol["ask"]
    if side * (price - entry) < _points(management["break_even_start"], symbol["scale"]):
        return
    whole = math.floor(entry) if side > 0 else math.ceil(entry)  # of parts: against the trader, like any level
    locked = whole + side * _points(management["break_even_lock"], symbol["scale"])
    locked = closing_price(locked, side, symbol["tick"])
    if position["stop_loss"] != NO_PRICE and side * (locked - position["stop_loss"]) <= 0:
        return
    request = _new_request(book, REQUEST_MODIFY_POSITION, position["symbol"], position["strategy"])
    request["ticket"] = position["ticket"]
    request["stop_loss"] = locked
    request["take_profit"] = position["take_profit"]


@kernel
def look_after(book: Book, index: int, strategy: int, management: Any) -> None:
    """Manage the strategy's open positions at a bar's close: time exit, break-even."""
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] != index or position["strategy"] != strategy:
            continue
        if 0 < management["max_bars"] <= position["bars"]:
            request = _new_request(book, REQUEST_CLOSE, index, strategy)
            request["ticket"] = position["ticket"]
        elif management["break_even_start"] > 0.0:
            _break_even(book, position, management)


@kernel(inline="always")
def describe_bar(row: Any, seen: Seen, place: int, number: int, time_ns: int, ask: float, equity: float) -> None:
    """Fill in what of a row changes from bar to bar, whatever the strategy holds; ``place`` is where its bar lies."""
    row["index"] = number
    row["open_time_ns"] = seen.stamps[place, 0]
    row["time_ns"] = time_ns
    row["open"] = seen.values[place, seen.open]
    row["high"] = seen.values[place, seen.high]
    row["low"] = seen.values[place, seen.low]
    row["close"] = seen.values[place, seen.close]
    row["ask"] = ask
    row["volume"] = seen.values[place, seen.volume]
    row["equity"] = equity


@kernel
def describe_holdings(book: Book, index: int, strategy: int, row: Any) -> None:
    """Fill in what of a row is about the account, and the strategy's own orders and positions."""
    account = book["account"]
    symbol = book["symbols"][index]
    scale = symbol["scale"]
    row["symbol"] = index
    row["point"] = 1.0 / scale
    row["balance"] = account["balance"]
    row["positions"] = 0
    row["orders"] = 0
    row["side"] = 0
    row["ticket"] = 0
    row["volume_lots"] = 0.0
    row["entry_price"] = 0.0
    row["stop_loss"] = 0.0
    row["take_profit"] = 0.0
    row["bars_held"] = 0
    for each in range(account["positions"]):
        position = book["positions"][each]
        if position["symbol"] == index and position["strategy"] == strategy:
            row["positions"] += 1
    newest = _newest(book, index, strategy)
    if newest >= 0:
        position = book["positions"][newest]
        stop, target = position["stop_loss"], position["take_profit"]
        row["side"] = position["side"]
        row["ticket"] = position["ticket"]
        row["volume_lots"] = position["volume_steps"] * symbol["volume_step"]
        row["entry_price"] = position["cost"] / position["volume_steps"] / scale
        row["stop_loss"] = 0.0 if stop == NO_PRICE else stop / scale
        row["take_profit"] = 0.0 if target == NO_PRICE else target / scale
        row["bars_held"] = position["bars"]
    for each in range(account["orders"]):
        order = book["orders"][each]
        if order["symbol"] == index and order["strategy"] == strategy:
            row["orders"] += 1


@kernel(inline="always")
def _expiry(midnights: NDArray[np.int64], expiry_ns: int) -> int:
    """Give the instant that a command's expiry means; a negative one names the day that holds its positive."""
    if expiry_ns >= UNTIL_MIDNIGHT:
        return expiry_ns
    for number in range(len(midnights)):
        if midnights[number] > -expiry_ns:
            return midnights[number]
    return NEVER


@kernel(inline="always")
def _is_command(kind: int, side: int) -> bool:
    """Say whether there is such a command; what opens is to have a side."""
    if REQUEST_MARKET <= kind <= REQUEST_STOP_LIMIT:
        return bool(abs(side) == 1)
    return REQUEST_CLOSE <= kind <= REQUEST_CLOSE_BY


@kernel
def ask_commands(book: Book, midnights: NDArray[np.int64], index: int, strategy: int, commands: Any) -> None:
    """Turn the commands of a compiled strategy into requests, and clear them.

    Parameters
    ----------
    book : Book
        The account. Its status tells where there is a command too many, or one that is none; the last request is then
        of that close.
    midnights : (midnights,) int64
        Of the account's clock.
    index, strategy : int
        For which symbol, on whose behalf.
    commands : (n,) COMMAND
        Read up to the first row of kind 0.
    """
    symbol = book["symbols"][index]
    scale = symbol["scale"]
    for number in range(len(commands)):
        command = commands[number]
        kind = command["kind"]
        if kind == 0:
            return
        if number == COMMANDS_PER_CLOSE or not _is_command(kind, command["side"]):
            _new_request(book, REQUEST_NONE, index, strategy)
            book["account"]["status"] = STATUS_MANY_COMMANDS if number == COMMANDS_PER_CLOSE else STATUS_WRONG_COMMAND
            return
        request = _new_request(book, kind, index, strategy)
        request["side"] = command["side"]
        request["volume_steps"] = to_steps(command["volume_lots"], symbol["volume_step"])
        if request["volume_steps"] == 0 and command["volume_lots"] != 0.0:
            request["volume_steps"] = -1  # it rounds to nothing: refused, since no volume would mean all of it
        request["risk_fraction"] = command["risk_fraction"]
        request["price"] = _price_points(command["price"], scale)
        request["limit_price"] = _price_points(command["limit_price"], scale)
        request["stop_loss"] = _price_points(command["stop_loss"], scale)
        request["take_profit"] = _price_points(command["take_profit"], scale)
        request["stop_distance"] = _asked_points(command["stop_distance"], scale)
        request["target_distance"] = _asked_points(command["target_distance"], scale)
        request["trail_distance"] = _asked_points(command["trail_distance"], scale)
        request["trail_start"] = _asked_points(command["trail_start"], scale)
        if request["trail_distance"] == 0 and request["trail_start"] != 0:
            request["trail_start"] = -1  # it was to trail, and at no distance: refused, not carried out without
        request["expiry_ns"] = _expiry(midnights, command["expiry_ns"])
        request["ticket"] = command["ticket"]
        request["ticket_by"] = command["ticket_by"]
        request["oco"] = command["oco"]
        command["kind"] = 0
