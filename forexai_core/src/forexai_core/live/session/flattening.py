"""Going flat: what works is cancelled, what is open is closed, and both are asked for until the venue shows neither."""

from __future__ import annotations

import attrs

from forexai_core.live.agreement import closing_of
from forexai_core.live.session.account import AccountSession, Covering
from forexai_core.live.session.carrying import Carried
from forexai_core.live.session.wishes import Wish, WishKind
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.ports.notifier import NoticeLevel
from forexai_core.risk.halting import Ending, ending_of

__all__ = ["Demand", "Flattening", "own_halts"]

_FAILED = frozenset({"refused", "rejected"})


def own_halts(halts: Covering, strategy: str, time_ns: int) -> tuple[Halt, ...]:
    """Give the halts of a strategy alone; one that covers it because its prices are stale ends nothing."""
    return tuple(halt for halt in halts(strategy, time_ns) if halt.scope is HaltScope.STRATEGY)


@attrs.frozen
class Demand:
    """Whose orders and positions have to end; the empty name is the session itself, and what it has adopted.

    Attributes
    ----------
    cancels : frozenset of str
        Whose pending orders are cancelled.
    closes : frozenset of str
        Whose positions are closed.
    """

    cancels: frozenset[str]
    closes: frozenset[str]


class Flattening:
    """Brings an account, or some of its strategies, to nothing open, after a breach or at a person's word.

    What nobody here has opened stays, unless it was adopted: the policy for foreign positions says what becomes of it.

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

    def demand(self, time_ns: int, *, must_be_flat: bool = False) -> Demand:
        """Say what the halts of a time, and a broken limit, ask for.

        Parameters
        ----------
        time_ns : int
            Now, nanoseconds UTC.
        must_be_flat : bool
            Whether a limit is broken that closes everything.
        """
        session, desk = self._session, self._session.desk
        # Also of strategies that an earlier start had, and this one has not.
        known = {*session.names, *desk.owned.values(), *desk.owned_orders.values(), *desk.unknown_of.values()}
        whole = session.halts("", time_ns)
        covering = {name: (*whole, *own_halts(session.halts, name, time_ns)) for name in known - {""}} | {"": whole}
        return Demand(
            cancels=frozenset(name for name, halts in covering.items() if halts or must_be_flat),
            closes=frozenset(
                name for name, halts in covering.items() if must_be_flat or any(halt.flatten for halt in halts)
            ),
        )

    def left(self, demand: Demand) -> Ending:
        """Say what is left to do, by the last look at the venue."""
        desk, snapshot = self._session.desk, self._session.desk.snapshot
        positions, orders = ((), ()) if snapshot is None else (snapshot.positions, snapshot.orders)
        owned, owned_orders = desk.owned, desk.owned_orders
        return ending_of(
            [each for each in positions if owned.get(each.position) in demand.closes],
            [each for each in orders if owned_orders.get(each.order) in demand.cancels],
            flatten=True,
            being_closed={each.position for each in positions if desk.closing(each.position)},
            unsettled=sum(owner in demand.cancels for owner in desk.unknown_of.values()),
        )

    async def heed(self, time_ns: int, *, must_be_flat: bool = False) -> bool:
        """Do what halts and a broken limit ask for now, as :meth:`go_on` does; say whether there was anything to do."""
        demand = self.demand(time_ns, must_be_flat=must_be_flat)
        if "" in demand.closes:
            self._tell_kept()
        if self.left(demand).flat:
            return False
        await self.go_on(demand)
        return True

    async def go_on(self, demand: Demand) -> Ending:
        """Look, and ask for the end of all that has to end and is not being ended; say what is left.

        Call it again until it says that nothing is left: an answer that an order was taken is no proof.
        """
        session = self._session
        await session.look()
        ending = self.left(demand)
        asked = [
            await self._ask(ticket, Wish(kind=WishKind.CANCEL, row=0, symbol="", ticket=ticket))
            for ticket in ending.cancels
        ]
        for position in ending.closes:
            self.closing.add(position.position)
            wish = Wish(kind=WishKind.CLOSE, row=0, symbol=position.symbol, order=closing_of(position))
            asked.append(await self._ask(position.position, wish))
        if asked:
            snapshot = session.desk.snapshot
            time_ns = 0 if snapshot is None else snapshot.account.time_ns
            session.book.note("flatten", time_ns, {"asked": [each.fields for each in asked]})
        return ending

    async def _ask(self, ticket: int, wish: Wish) -> Carried:
        """Ask for one end; where it is not taken, a person is told, and it is asked for again."""
        came = await self._session.carry_own(wish)
        if came.fields["state"] in _FAILED:
            what = "cancelled" if wish.kind is WishKind.CANCEL else "closed"
            self._session.desk.alerts.tell(
                f"flatten-failed:{ticket}",
                f"Something could not be {what}",
                f"{ticket} has to be {what}, and it was not taken: {came.fields.get('reason', '')} It is tried again.",
            )
        return came

    def _tell_kept(self) -> None:
        """Tell of what is open and nobody's here, so that nobody takes the account for flat."""
        desk = self._session.desk
        for position in () if desk.snapshot is None else desk.snapshot.positions:
            if position.position not in desk.owned:
                desk.alerts.tell(
                    f"kept:{position.position}",
                    "A foreign position stays open",
                    f"Position {position.position} ({position.side * position.volume_lots:+g} lots of "
                    f"{position.symbol}) is not ours, so that going flat leaves it. Close it by hand, or choose "
                    "foreign = 'adopt'.",
                    level=NoticeLevel.WARNING,
                )
