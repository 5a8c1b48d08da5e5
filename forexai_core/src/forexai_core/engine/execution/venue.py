"""What the venue makes of a request on its way: when it arrives, whether it is requoted, and how much a price fills."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.draws import draw
from forexai_core.engine.state.book import Book, Market
from forexai_core.engine.state.records import FILLING_RETURN, NEVER

__all__ = ["arrive", "available", "is_due", "note_asked", "requoted", "take", "waits_for_more"]


@kernel(inline="always")
def arrive(book: Book, market: Market, event: int, index: int) -> None:
    """Note what of an event the venue goes by: its open's instants, the day's end, the volume."""
    account, symbol = book["account"], book["symbols"][index]
    time_ns, end_ns = market.time_ns[event], market.end_ns[event]
    tick = len(market.events) > 0 and market.events[event]["tick"] != 0
    account["reach_ns"] = time_ns if tick else max(time_ns, end_ns - 1)
    number = account["midnight"]
    while number < len(market.midnights) and market.midnights[number] <= time_ns:
        number += 1
    account["midnight"] = number
    account["midnight_ns"] = market.midnights[number] if number < len(market.midnights) else NEVER
    depth = market.depth[event] if len(market.depth) else symbol["depth"]
    symbol["buy_depth"] = depth
    symbol["sell_depth"] = depth


@kernel
def note_asked(book: Book) -> None:
    """Write the quotes that traders saw beside requests that have none yet: the last ones, before an event."""
    for row in range(book["account"]["requests"]):
        request = book["requests"][row]
        if request["asked_ask"] == 0:
            symbol = book["symbols"][request["symbol"]]
            request["asked_bid"] = symbol["bid"]
            request["asked_ask"] = symbol["ask"]


@kernel
def is_due(book: Book, request: Any, index: int) -> bool:
    """Say whether the present event is the price that a request waits for.

    A request decided at t arrives at t and its latency. A tick serves what has arrived; a bar, whose prices after the
    open have no time, also what arrives before it ends.
    """
    account = book["account"]
    if request["symbol"] != index or request["decided_ns"] > account["time_ns"]:
        return False
    if request["worked"] > 0:
        return request["worked"] < account["events"]
    delay = account["latency_ns"]
    if account["latency_jitter_ns"] > 0:
        delay += int(draw(account["seed"], request["decided_ns"], index) * account["latency_jitter_ns"])
    return request["decided_ns"] + delay <= account["reach_ns"]


@kernel
def requoted(book: Book, request: Any, price: int, asked: int) -> bool:
    """Say whether the venue answers a market request with another price."""
    account = book["account"]
    if account["instant"] == 0 or request["worked"] > 0:
        return False
    if asked != 0 and abs(price - asked) > account["deviation"]:
        return True
    if account["requote_share"] <= 0.0:
        return False
    account["draws"] += 1
    return draw(account["seed"], account["time_ns"], account["draws"]) < account["requote_share"]


@kernel(inline="always")
def available(book: Book, index: int, side: int, steps: int) -> int:
    """Give how much of a volume the present event fills."""
    symbol = book["symbols"][index]
    return min(steps, symbol["buy_depth"] if side > 0 else symbol["sell_depth"])


@kernel(inline="always")
def take(book: Book, index: int, side: int, steps: int, filled: int) -> None:
    """Use up what the present event fills, and count it where that was less than asked for."""
    symbol = book["symbols"][index]
    if book["account"]["bounded"] == 0:
        return
    if side > 0:
        symbol["buy_depth"] -= filled
    else:
        symbol["sell_depth"] -= filled
    if filled < steps:
        book["account"]["partial_fills"] += 1


@kernel(inline="always")
def waits_for_more(book: Book, request: Any) -> bool:
    """Say whether the rest of a request waits for the next price; if so, note that it was tried at this one."""
    if book["account"]["filling"] != FILLING_RETURN:
        return False
    request["worked"] = book["account"]["events"]
    return True
