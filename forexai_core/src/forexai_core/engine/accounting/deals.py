"""Opening and closing: every change of a position, and the deal that records it."""

from __future__ import annotations

from typing import Any, NamedTuple

from forexai_core._jit import kernel
from forexai_core.engine.accounting.commissions import commission_of, reversal_commission
from forexai_core.engine.accounting.margin import account_margin, maintenance_margin
from forexai_core.engine.accounting.money import charge, profit_of
from forexai_core.engine.accounting.settling import keep_rest, settle_money
from forexai_core.engine.accounting.swaps import debits_inside, exit_quote
from forexai_core.engine.state.book import Book
from forexai_core.engine.state.doubt_bits import ROLLOVER
from forexai_core.engine.state.records import (
    ENTERED_BEFORE,
    ENTERED_BY_CLOSE,
    ENTERED_OPEN,
    ENTRY_IN,
    ENTRY_INOUT,
    ENTRY_OUT,
    NO_PRICE,
)

__all__ = [
    "SIGNAL",
    "Entry",
    "age_positions",
    "close_position",
    "fill",
    "find_position",
    "netting_row",
    "next_deal",
    "settle_entries",
]

SIGNAL = 0  # the first of OPEN_REASONS and of CLOSE_REASONS


class Entry(NamedTuple):
    """A volume that has found its price."""

    ticket: int  # of the order
    symbol: int
    strategy: int
    side: int
    steps: int
    price: int  # points, slippage included
    stop_loss: int  # points; NO_PRICE none
    take_profit: int
    trail_distance: int
    trail_start: int
    reason: int  # index into OPEN_REASONS
    entered: int  # ENTERED_*
    tag: int


@kernel
def find_position(book: Book, ticket: int) -> int:
    """Give the row of an open position, or -1."""
    for row in range(book["account"]["positions"]):
        if book["positions"][row]["ticket"] == ticket:
            return row
    return -1


@kernel(inline="always")
def netting_row(book: Book, symbol: int) -> int:
    """Give the row of a symbol's one position in a netting account, or -1."""
    for row in range(book["account"]["positions"]):
        if book["positions"][row]["symbol"] == symbol:
            return row
    return -1


@kernel(inline="always")
def next_deal(book: Book, position: Any, order: int, side: int, steps: int, price: int) -> Any:
    """Give the row of a new deal of a position, filled with what the position gives."""
    account = book["account"]
    deal = book["deals"][account["deals"]]
    account["deals"] += 1
    account["activity"] += 1
    deal["ticket"] = account["next_deal"]
    account["next_deal"] += 1
    deal["order"] = order
    deal["position"] = position["ticket"]
    deal["symbol"] = position["symbol"]
    deal["strategy"] = position["strategy"]
    deal["time_ns"] = account["time_ns"]
    deal["side"] = side
    deal["volume_steps"] = steps
    deal["price"] = price
    deal["tag"] = position["tag"]
    deal["open_ns"] = position["open_ns"]
    deal["stop_loss"] = position["stop_loss"]
    deal["take_profit"] = position["take_profit"]
    deal["open_reason"] = position["open_reason"]
    deal["doubts"] = position["doubts"]
    deal["intrabar"] = 0
    return deal


@kernel(inline="always")
def _loss_at_stop(book: Book, entry: Entry) -> float:
    if entry.stop_loss == NO_PRICE:
        return 0.0
    cost = float(entry.price) * entry.steps
    scale = book["account"]["money_scale"]
    symbol = book["symbols"][entry.symbol]
    return -profit_of(symbol, entry.side, entry.steps, cost, entry.stop_loss, scale)


@kernel(inline="always")
def _record_entry(book: Book, position: Any, entry: Entry, commission: float, kind: int) -> None:
    deal = next_deal(book, position, entry.ticket, entry.side, entry.steps, entry.price)
    if kind == ENTRY_INOUT:  # the other half of the deal that has just closed
        book["account"]["next_deal"] -= 1
        deal["ticket"] -= 1
    deal["entry"] = kind
    deal["closing"] = 0
    deal["profit"] = 0.0
    deal["swap"] = 0.0
    deal["commission"] = commission
    deal["reason"] = entry.reason
    deal["open_price"] = entry.price
    deal["entry_commission"] = 0.0
    deal["mae"] = 0.0
    deal["mfe"] = 0.0
    deal["initial_risk"] = position["initial_risk"]


@kernel(inline="always")
def _restart_trailing(book: Book, position: Any, entered: int) -> None:
    """Let trailing follow from here on: an older extreme may lie where the price never was since."""
    inside = entered > ENTERED_OPEN
    position["peak"] = NO_PRICE if inside else exit_quote(book, position)


@kernel
def _new_position(book: Book, ticket: int) -> Any:
    """Make room for a position in the order of tickets: a pending order's may be an old one."""
    row = book["account"]["positions"]
    book["account"]["positions"] += 1
    while row > 0 and book["positions"][row - 1]["ticket"] > ticket:
        book["positions"][row] = book["positions"][row - 1]
        row -= 1
    return book["positions"][row]


@kernel
def _open(book: Book, entry: Entry, kind: int, commission: float) -> None:
    account = book["account"]
    position = _new_position(book, entry.ticket)
    position["ticket"] = entry.ticket
    position["symbol"] = entry.symbol
    position["strategy"] = entry.strategy
    position["side"] = entry.side
    position["volume_steps"] = entry.steps
    position["cost"] = float(entry.price) * entry.steps
    position["open_ns"] = account["time_ns"]
    account["opened"] += 1
    position["serial"] = account["opened"]
    position["stop_loss"] = entry.stop_loss
    position["take_profit"] = entry.take_profit
    position["trail_distance"] = entry.trail_distance
    position["trail_start"] = entry.trail_start
    position["trailed"] = 0
    position["best"] = position["worst"] = entry.price
    _restart_trailing(book, position, entry.entered)
    position["commission"] = commission
    position["swap"] = 0.0
    position["reopen_points"] = 0.0
    symbol = book["symbols"][entry.symbol]
    position["margin"] = maintenance_margin(account, symbol, entry.side, entry.steps, entry.price)
    position["initial_risk"] = _loss_at_stop(book, entry)
    position["open_reason"] = entry.reason
    position["doubts"] = 0
    position["entered"] = entry.entered
    position["inside_until_ns"] = account["end_ns"] if entry.entered > ENTERED_OPEN else 0
    position["sure_steps"] = 0
    position["bars"] = 0
    position["tag"] = entry.tag
    position["held_back"] = 0
    position["kept"] = 0
    charge(account, commission)
    _record_entry(book, position, entry, commission, kind)
    account["margin"] = account_margin(book, 0, 0, 0, 0.0)


@kernel(inline="always")
def _entered_together(before: int, now: int) -> int:
    """Tell how a position came into a bar in which it was added to: fills from both sides prove only the close."""
    if now <= ENTERED_OPEN or before == now:
        return max(before, now)
    return now if before <= ENTERED_OPEN else ENTERED_BY_CLOSE


@kernel(inline="always")
def _note_growth(position: Any, end_ns: int) -> None:
    """Note, before a position grows inside a bar, what of it the bar held in any case."""
    sure = position["volume_steps"]
    if position["inside_until_ns"] == end_ns:
        sure = min(sure, position["sure_steps"])
    position["inside_until_ns"] = end_ns
    position["sure_steps"] = sure


@kernel
def _add(book: Book, row: int, entry: Entry) -> None:
    """Let a netting position grow."""
    account = book["account"]
    position = book["positions"][row]
    commission = commission_of(book, entry.symbol, entry.steps, entry.price, True)
    if entry.entered > ENTERED_OPEN:
        _note_growth(position, account["end_ns"])
    position["volume_steps"] += entry.steps
    position["cost"] += float(entry.price) * entry.steps
    position["commission"] += commission
    symbol = book["symbols"][entry.symbol]
    position["margin"] += maintenance_margin(account, symbol, entry.side, entry.steps, entry.price)
    position["initial_risk"] += _loss_at_stop(book, entry)
    if entry.stop_loss != NO_PRICE:
        position["stop_loss"] = entry.stop_loss
        position["trailed"] = 0
    if entry.take_profit != NO_PRICE:
        position["take_profit"] = entry.take_profit
    if entry.trail_distance > 0:
        position["trail_distance"] = entry.trail_distance
        position["trail_start"] = entry.trail_start
    position["entered"] = _entered_together(position["entered"], entry.entered)
    _restart_trailing(book, position, entry.entered)
    charge(account, commission)
    _record_entry(book, position, entry, commission, ENTRY_IN)
    account["margin"] = account_margin(book, 0, 0, 0, 0.0)


@kernel(inline="always")
def _with_steps(entry: Entry, steps: int) -> Entry:
    return Entry(
        entry.ticket,
        entry.symbol,
        entry.strategy,
        entry.side,
        steps,
        entry.price,
        entry.stop_loss,
        entry.take_profit,
        entry.trail_distance,
        entry.trail_start,
        entry.reason,
        entry.entered,
        entry.tag,
    )


@kernel
def _open_new(book: Book, entry: Entry) -> None:
    _open(book, entry, ENTRY_IN, commission_of(book, entry.symbol, entry.steps, entry.price, True))


@kernel
def _reverse(book: Book, row: int, entry: Entry, inside: int) -> None:
    """Let one deal close a netting position and open the opposite one with what is left of its volume."""
    closing = book["positions"][row]["volume_steps"]
    rest = entry.steps - closing
    closed, opened = reversal_commission(book, entry.symbol, closing, rest, entry.price)
    _close_volume(book, row, closing, entry.price, SIGNAL, inside, entry.ticket, ENTRY_INOUT, closed)
    _open(book, _with_steps(entry, rest), ENTRY_INOUT, opened)


@kernel
def fill(book: Book, entry: Entry) -> None:
    """Let a volume into the book: a new position, or what netting makes of it."""
    if book["account"]["netting"] == 0:
        row = find_position(book, entry.ticket) if book["account"]["bounded"] else -1
        if row < 0:
            _open_new(book, entry)
        else:
            _add(book, row, entry)  # a further part of one order
        return
    row = netting_row(book, entry.symbol)
    if row < 0:
        _open_new(book, entry)
        return
    position = book["positions"][row]
    if position["side"] == entry.side:
        _add(book, row, entry)
        return
    inside = 1 if entry.entered > 1 else 0
    if entry.steps > position["volume_steps"]:
        _reverse(book, row, entry, inside)
    else:
        close_position(book, row, entry.steps, entry.price, SIGNAL, inside, entry.ticket, ENTRY_OUT)


@kernel
def close_position(
    book: Book,
    row: int,
    steps: int,
    price: int,
    reason: int,
    intrabar: int,
    order: int,
    kind: int,
) -> None:
    """Close a position, or a part of it, and record the deal.

    Parameters
    ----------
    book : Book
        The account.
    row : int
        Row of the position.
    steps : int
        Volume to close.
    price : int
        Points, slippage included.
    reason : int
        Index into CLOSE_REASONS.
    intrabar : int
        1 when the price came inside the bar that opens at the account's time.
    order : int
        Ticket of the order that closes; 0 for the venue's own closes.
    kind : int
        ENTRY_OUT or ENTRY_OUT_BY.
    """
    commission = commission_of(book, book["positions"][row]["symbol"], steps, price, False)
    _close_volume(book, row, steps, price, reason, intrabar, order, kind, commission)


@kernel
def _close_volume(
    book: Book,
    row: int,
    steps: int,
    price: int,
    reason: int,
    intrabar: int,
    order: int,
    kind: int,
    commission: float,
) -> None:
    account = book["account"]
    scale = account["money_scale"]
    position = book["positions"][row]
    if position["side"] * (price - position["best"]) > 0:
        position["best"] = price
    if position["side"] * (price - position["worst"]) < 0:
        position["worst"] = price
    debits, unclear = 0.0, 0
    if intrabar or account["owes"] > 0:
        debits, unclear = debits_inside(book, row, steps, intrabar)
    deal = next_deal(book, position, order, -position["side"], steps, price)
    deal["entry"] = kind
    deal["closing"] = 1
    deal["reason"] = reason
    deal["intrabar"] = intrabar
    if unclear:
        deal["doubts"] |= ROLLOVER
    settle_money(book, position, deal, debits, commission)
    charge(account, deal["profit"] + deal["swap"] + deal["commission"])
    if steps == position["volume_steps"]:
        _remove(book, row)
    else:
        keep_rest(position, deal, debits, scale)
    if account["protected"] and kind != ENTRY_INOUT:  # a reversal leaves something open
        _protect(account)
    account["margin"] = account_margin(book, 0, 0, 0, 0.0)


@kernel
def _protect(account: Any) -> None:
    """Raise a negative balance to 0 once nothing is open."""
    if account["positions"] == 0 and account["balance"] < 0.0:
        account["compensated"] -= account["balance"]
        account["balance"] = 0.0


@kernel(inline="always")
def _remove(book: Book, row: int) -> None:
    account = book["account"]
    account["positions"] -= 1
    for number in range(row, account["positions"]):
        book["positions"][number] = book["positions"][number + 1]


@kernel(inline="always")
def settle_entries(book: Book) -> None:
    """Forget, at the end of a bar, how positions came into it."""
    for row in range(book["account"]["positions"]):
        book["positions"][row]["entered"] = ENTERED_BEFORE


@kernel(inline="always")
def age_positions(book: Book, index: int) -> None:
    """Count a bar of the strategy's timeframe for each position of a symbol."""
    for row in range(book["account"]["positions"]):
        if book["positions"][row]["symbol"] == index:
            book["positions"][row]["bars"] += 1
