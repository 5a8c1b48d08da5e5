"""Shares: what each of several strategies on one account has made, row by row of the equity curve.

The sum over all of them is the account's equity less what it began with (and less what a protection against a negative
balance has paid in, which is no strategy's).
"""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.engine.accounting.margin import open_profit
from forexai_core.engine.accounting.money import money
from forexai_core.engine.state.book import Book, Books, Curve

__all__ = ["note_shares", "take_in_deals"]


@kernel
def _take_in(book: Book, curve: Curve) -> None:
    """Add the money of the deals since the last call to those who made them."""
    account = book["account"]
    scale = account["money_scale"]
    for number in range(account["attributed"], account["deals"]):
        deal = book["deals"][number]
        owner = deal["strategy"]
        # The entry's commission was charged by the opening deal: a closing one adds its own only.
        amount = deal["profit"] + deal["swap"] + deal["commission"]
        curve.settled[owner] = money(curve.settled[owner] + amount, scale)
    account["attributed"] = account["deals"]


@kernel
def note_shares(book: Book, curve: Curve, row: int) -> None:
    """Write what each strategy has made so far, open positions at the present quotes included.

    Parameters
    ----------
    book : Book
        The account, marked.
    curve : Curve
        Its ``shares`` are written.
    row : int
        Of the curve.
    """
    _take_in(book, curve)
    account, shares = book["account"], curve.shares
    for owner in range(account["sleeves"]):
        shares[row, owner] = curve.settled[owner]
    for number in range(account["positions"]):
        position = book["positions"][number]
        shares[row, position["strategy"]] += open_profit(book, number) + position["swap"]


@kernel
def take_in_deals(books: Books, curve: Curve) -> None:
    """Attribute the deals in the book, before it is emptied of them."""
    _take_in(books[0], curve)
