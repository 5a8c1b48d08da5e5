"""Going flat: what works is cancelled, what is open is closed, and both are asked for until the venue shows neither."""

from __future__ import annotations

from forexai_core.live.agreement import closing_of
from forexai_core.live.session.account import AccountSession
from forexai_core.live.session.wishes import Wish, WishKind
from forexai_core.risk.halting import Ending, ending_of

__all__ = ["Flattening"]


class Flattening:
    """Brings one account to nothing open, after a breach or at a person's word.

    Parameters
    ----------
    session : AccountSession
        The account.

    Attributes
    ----------
    closing : set of int
        Tickets of positions of which the close was asked for.
    """

    def __init__(self, session: AccountSession) -> None:
        self._session = session
        self.closing: set[int] = set()

    async def go_on(self, *, flatten: bool = True) -> Ending:
        """Ask for the end of all that the last look shows and that is not being ended; say what is left.

        Call it after each look until it says that the account is flat: an answer that an order was taken is no proof.

        Parameters
        ----------
        flatten : bool
            Whether positions are closed, or pending orders alone cancelled.
        """
        session, desk = self._session, self._session.desk
        await session.look()
        snapshot = desk.snapshot
        positions, orders = ((), ()) if snapshot is None else (snapshot.positions, snapshot.orders)
        going = {each.position for each in positions if desk.closing(each.position)}
        ending = ending_of(positions, orders, flatten=flatten, being_closed=going, unsettled=len(desk.unknown))
        asked = [
            await session.carry_own(Wish(kind=WishKind.CANCEL, row=0, symbol="", ticket=ticket))
            for ticket in ending.cancels
        ]
        for position in ending.closes:
            self.closing.add(position.position)
            wish = Wish(kind=WishKind.CLOSE, row=0, symbol=position.symbol, order=closing_of(position))
            asked.append(await session.carry_own(wish))
        if asked:
            time_ns = 0 if snapshot is None else snapshot.account.time_ns
            session.book.note("flatten", time_ns, {"asked": [each.fields for each in asked]})
        return ending
