"""From a look at the venue to what became of each order that was unclear."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from forexai_core.live.answers import Answer
from forexai_core.live.findings import Finding, Found, carries, find
from forexai_core.live.intent_book import IntentBook
from forexai_core.live.sending import answer_of
from forexai_core.live.settings import DeskSettings
from forexai_core.live.snapshots import Snapshot
from forexai_core.live.tracked import Tracked
from forexai_core.ports.intents import SETTLED, IntentState, Resolution
from forexai_core.values.orders import OrderKind, OrderState, OrderStatus

__all__ = ["Reconciler"]

_NS_PER_S = 1_000_000_000
_LOTS = 1e-8
_ENDS = {
    OrderStatus.REJECTED: Resolution.REJECTED,
    OrderStatus.CANCELLED: Resolution.CANCELLED,
    OrderStatus.EXPIRED: Resolution.EXPIRED,
}

Tell = Callable[[Tracked, str], Awaitable[None]]


class Reconciler:
    """Settles intents by what looks at the venue show, and by nothing else.

    What is found counts at once. What is not found counts only after several looks, each long enough after the send, on
    the login that it was sent on, with a history that reaches back to it; until then, and where that cannot be had, a
    person decides.

    Parameters
    ----------
    book : IntentBook
        The account's intents.
    settings : DeskSettings
        How many looks, and how far apart.
    tell : callable
        ``await tell(tracked, why)`` brings an intent before a person, durably.
    """

    def __init__(self, book: IntentBook, settings: DeskSettings, tell: Tell) -> None:
        self._book, self._tell = book, tell
        self._absence = settings.absence
        self._person_ns = round(settings.person_after_s * _NS_PER_S)
        self._margin_ns = round(settings.history_margin_s * _NS_PER_S)

    def history_from_ns(self, now_ns: int) -> int:
        """Say from when on deals have to be read, so that they reach back to every order that is unclear."""
        oldest_ns = self._book.oldest_ns
        return (now_ns if oldest_ns is None else min(oldest_ns, now_ns)) - self._margin_ns

    async def judge(self, tracked: Tracked, snapshot: Snapshot, *, nets: bool = False) -> None:
        """Settle one intent, as far as a look at the venue allows.

        Parameters
        ----------
        tracked : Tracked
            The intent.
        snapshot : Snapshot
            What the venue showed.
        nets : bool
            Whether the account keeps one position a symbol.

        Raises
        ------
        StorageError
            If it could not be written.
        """
        if tracked.state in SETTLED:
            return  # by another task, since the look was taken
        if tracked.state is IntentState.SENT:
            lost = Answer(state=IntentState.UNKNOWN, reason="The answer could not be written down.")
            if not await self._book.settle(tracked, lost):
                return  # its answer was just being written
        finding = find(tracked.plan.request, snapshot, since_ns=tracked.since_ns - self._margin_ns, nets=nets)
        if finding.found is Found.EXCESS:
            await self._is_excess(tracked, finding)
        elif finding.found is Found.FILLED:
            await self._settle(tracked, finding, Resolution.FILLED)
        elif finding.found is Found.WORKING:
            await self._works(tracked, finding)
        elif finding.found is Found.SHOWN:
            await self._awaits_deals(tracked, snapshot)
        elif finding.found is Found.SUSPECT:
            await self._tell(tracked, finding.reason)
        else:
            await self._is_missed(tracked, finding, snapshot)

    async def hear(self, order: OrderState) -> None:
        """Settle an intent by what the venue says of its order by itself; what is older than we know changes nothing.

        Raises
        ------
        StorageError
            If it could not be written.
        """
        mine = (each for each in self._book.open_questions() if carries(each.plan.request, order.request))
        tracked = next(mine, None)
        if tracked is None or tracked.state is IntentState.SENT:
            return
        answer = attrs.evolve(answer_of(tracked.plan.request, order), reason=order.reason or "The venue said so.")
        state = tracked.state
        known = state is IntentState.ACKNOWLEDGED
        resolution = _ENDS.get(order.status)
        if answer.state is IntentState.UNKNOWN or (answer.state is IntentState.ACKNOWLEDGED and known):
            return
        if known and answer.state is IntentState.REJECTED and resolution is not Resolution.REJECTED:
            answer = attrs.evolve(answer, state=IntentState.RESOLVED, resolution=resolution)
        elif not known and answer.state is not IntentState.ACKNOWLEDGED:
            filled = answer.state is IntentState.FILLED
            answer = attrs.evolve(
                answer, state=IntentState.RESOLVED, resolution=Resolution.FILLED if filled else resolution
            )
        asked_lots = tracked.plan.request.volume_lots
        if answer.filled_lots > asked_lots + _LOTS:
            await self._tell(
                tracked, f"It asked for {asked_lots:g} lots, and the venue executed {answer.filled_lots:g}."
            )
        if tracked.state is state:  # else another task settled it while the halt was written
            await self._book.settle(tracked, answer)

    async def _is_excess(self, tracked: Tracked, finding: Finding) -> None:
        """Bring more than was asked for before a person, who can decide on it though the order was known to work."""
        await self._tell(tracked, finding.reason)
        if tracked.state is IntentState.ACKNOWLEDGED:
            await self._book.settle(tracked, _answer(IntentState.UNKNOWN, None, finding, finding.reason))

    async def _works(self, tracked: Tracked, finding: Finding) -> None:
        tracked.missing, tracked.looks = False, []
        if tracked.state is IntentState.UNKNOWN:
            await self._book.settle(tracked, _answer(IntentState.ACKNOWLEDGED, None, finding))

    async def _awaits_deals(self, tracked: Tracked, snapshot: Snapshot) -> None:
        """Wait for the deals of what is shown: it was executed, and nobody knows how much of it."""
        tracked.looks = []
        if snapshot.began_ns - tracked.unclear_ns >= self._person_ns:
            await self._tell(tracked, "The venue shows its position and none of its deals.")

    async def _settle(self, tracked: Tracked, finding: Finding, resolution: Resolution) -> None:
        if tracked.state is IntentState.ACKNOWLEDGED and resolution is Resolution.FILLED:
            await self._book.settle(tracked, _answer(IntentState.FILLED, None, finding))
        else:
            await self._book.settle(tracked, _answer(IntentState.RESOLVED, resolution, finding))

    async def _is_missed(self, tracked: Tracked, finding: Finding, snapshot: Snapshot) -> None:
        if not tracked.missing:
            tracked.missing = True
            if tracked.state is IntentState.ACKNOWLEDGED:  # until now it was plain that it works
                tracked.unclear_ns = snapshot.began_ns
        if self._counts(tracked, snapshot):
            tracked.looks.append(snapshot.began_ns)
        if self._absence.proven(tracked.looks):
            await self._settle(tracked, finding, _end_of(tracked, finding, snapshot))
        elif snapshot.began_ns - tracked.unclear_ns >= self._person_ns:
            await self._tell(tracked, self._why_not(tracked, snapshot))

    def _counts(self, tracked: Tracked, snapshot: Snapshot) -> bool:
        """Say whether a look that shows nothing proves something."""
        return (
            bool(tracked.login)
            and snapshot.login == tracked.login
            and snapshot.history_from_ns <= tracked.since_ns - self._margin_ns
            and self._absence.counts(snapshot.began_ns, tracked.unclear_ns, tracked.looks)
        )

    def _why_not(self, tracked: Tracked, snapshot: Snapshot) -> str:
        if not tracked.login:
            return "The venue does not say which account it shows, so that nothing follows from what it does not show."
        if snapshot.login != tracked.login:
            return f"It was sent on login '{tracked.login}', and the venue shows '{snapshot.login}'."
        return "It is still unclear."


def _answer(
    state: IntentState, resolution: Resolution | None, finding: Finding, reason: str = "Found out by reconciling."
) -> Answer:
    return Answer(
        state=state,
        resolution=resolution,
        order=finding.order,
        position=finding.position,
        filled_lots=finding.filled_lots,
        average_price=finding.average_price,
        reason=reason,
    )


def _end_of(tracked: Tracked, finding: Finding, snapshot: Snapshot) -> Resolution:
    """Name the end of an order that does not work any more, and of which not all was executed."""
    request = tracked.plan.request
    if tracked.state is IntentState.UNKNOWN and not finding.filled_lots:
        return Resolution.ABSENT
    if request.kind is OrderKind.MARKET and finding.filled_lots:
        return Resolution.FILLED
    if 0 < request.expire_time_ns <= snapshot.time_ns:
        return Resolution.EXPIRED
    return Resolution.CANCELLED
