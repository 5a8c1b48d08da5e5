"""The intents of one account in the hands of its single writer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable

import attrs

from forexai_core.errors import ConfigError, NotFoundError
from forexai_core.live.answers import Answer
from forexai_core.live.executed_closes import ExecutedCloses
from forexai_core.live.marks import Mark, Marks
from forexai_core.live.plans import Plan
from forexai_core.live.records import decode, encode
from forexai_core.live.sending import UNREACHABLE
from forexai_core.ports.clock import Clock
from forexai_core.ports.intents import SETTLED, Intent, IntentDraft, Intents, IntentState, Resolution
from forexai_core.ports.leases import Fence
from forexai_core.values.orders import OrderState, OrderStatus

__all__ = ["IntentBook", "Tracked"]

_SENT_KIND, _SENT_VERSION = "sent", 2  # 1 had no time of the venue
_UNCLEAR = frozenset({IntentState.SENT, IntentState.UNKNOWN})
_ABANDONED = Answer(
    state=IntentState.RESOLVED,
    resolution=Resolution.ABANDONED,
    reason="The session ended before it was sent; it never was.",
)
_LOST = Answer(state=IntentState.UNKNOWN, reason="The session ended before the answer was written down.")
_NEVER_SENT = Answer(
    state=IntentState.REJECTED,
    refusal=UNREACHABLE,
    reason="It was not known whether it was written down, so that it was not sent.",
)


@attrs.define(kw_only=True, eq=False)
class Tracked:
    """An intent that is not settled, or not yet seen at the venue.

    Attributes
    ----------
    intent : Intent
        As it stands.
    plan : Plan
        What was asked for.
    login : str
        Of the account when it was sent.
    sent_ns : int
        When, nanoseconds UTC, by our clock.
    venue_ns : int
        The venue's own time when it was last seen before that; 0 where it is not known.
    unclear_ns : int
        Since when it is unclear what became of it, by the monotonic clock.
    missing : bool
        Whether the last look did not show it at work.
    looks : list of int
        When a look that counts showed nothing of it.
    told : bool
        Whether a person was told.
    shown_lots : float
        What the last look before the send showed of the position that it closes; 0 where it closes none.
    settling : asyncio.Lock
        Held while a step of it is written.
    """

    intent: Intent
    plan: Plan
    login: str
    sent_ns: int
    venue_ns: int
    unclear_ns: int
    missing: bool = False
    looks: list[int] = attrs.field(factory=list)
    told: bool = False
    shown_lots: float = 0.0
    settling: asyncio.Lock = attrs.field(factory=asyncio.Lock)

    @property
    def id(self) -> str:
        """Of the intent."""
        return self.intent.draft.id

    @property
    def state(self) -> IntentState:
        """Of the intent."""
        return self.intent.state

    @property
    def since_ns(self) -> int:
        """From when on the venue may have executed it, by its own clock, whatever ours was set to."""
        return min(self.sent_ns, self.venue_ns or self.sent_ns)


class IntentBook:
    """Writes every step of the account's intents, and knows those that are under way.

    Parameters
    ----------
    intents : Intents
        The store.
    clock : Clock
        For times.
    account : str
        Whose intents.
    fence : Fence
        The writer's token; the store checks it at every step.
    lag_ns : int
        Longest that a venue's lists are taken to lag behind its answers, nanoseconds.

    Attributes
    ----------
    closes : ExecutedCloses
        What was closed, and may be shown still.
    """

    def __init__(self, intents: Intents, clock: Clock, account: str, fence: Fence, *, lag_ns: int) -> None:
        self._intents, self._clock = intents, clock
        self._account, self._fence = account, fence
        self.closes = ExecutedCloses(clock, lag_ns)
        self._marks = Marks(account, fence, clock.now_ns())
        self._tracked: dict[str, Tracked] = {}
        self._flying: set[str] = set()
        self._beginning: dict[int, str] = {}
        self._unseen: dict[str, Tracked] = {}
        self._adrift: set[str] = set()  # perhaps written down, and certainly not sent

    # ------------------------------------------------------------------------------------------------ writing
    async def recover(self) -> list[Tracked]:
        """Take over from the last writer: what was not sent never will be, and what may have been is unknown.

        Returns
        -------
        list of Tracked
            What is to be reconciled.
        """
        await self._intents.take(self._account, self._fence)
        for intent in await self._intents.unsettled(self._account):
            await self._resume(intent)
        return list(self._tracked.values())

    async def settle_adrift(self) -> None:
        """Settle the intents whose writing down failed or was broken off, and which were therefore never sent.

        Raises
        ------
        StorageError
            If the store still takes nothing: they are settled at the next call.
        """
        if not self._adrift:
            return
        for intent in await self._intents.unsettled(self._account):
            if intent.draft.id in self._adrift:
                await self._advance(intent.draft.id, _NEVER_SENT)
        self._adrift.clear()

    async def _resume(self, intent: Intent) -> None:
        if intent.state is IntentState.RECORDED:
            await self._advance(intent.draft.id, _ABANDONED)
            return
        if intent.state is IntentState.SENT:
            intent = await self._advance(intent.draft.id, _LOST)
        self._tracked[intent.draft.id] = await self._remembered(intent)

    async def _remembered(self, intent: Intent) -> Tracked:
        sent = next(s for s in await self._intents.history(intent.draft.id) if s.state is IntentState.SENT)
        detail = decode(sent.detail, _SENT_KIND, _SENT_VERSION)
        return Tracked(
            intent=intent,
            plan=Plan.from_bytes(intent.draft.request),
            login=str(detail["login"]),
            sent_ns=sent.time_ns,
            venue_ns=int(detail.get("venue_ns", 0)),
            # What passed while nobody looked does not count: the clock may have been set meanwhile.
            unclear_ns=self._clock.monotonic_ns(),
        )

    async def begin(self, plan: Plan, login: str, venue_ns: int) -> Tracked:
        """Write an order down as sent, durably and at once; from here on it is reserved.

        Parameters
        ----------
        plan : Plan
            The order; its marks are replaced.
        login : str
            Of the account.
        venue_ns : int
            The venue's own time when it was last seen.

        Returns
        -------
        Tracked
            With its marks in ``plan.request``. Send it, then call :meth:`settle`.

        Raises
        ------
        StorageError
            If it could not be written: do not send.
        """
        mark = self._marks.next()
        request = attrs.evolve(plan.request, client_id=mark.id, tag=mark.tag, magic=mark.magic)
        # Claimed before anything is awaited, so that another task cannot close the same position meanwhile.
        self._beginning[request.position] = mark.id
        try:
            return await self._begin(mark, attrs.evolve(plan, request=request), login, venue_ns)
        finally:
            self._beginning.pop(request.position, None)

    async def _begin(self, mark: Mark, plan: Plan, login: str, venue_ns: int) -> Tracked:
        draft = IntentDraft(id=mark.id, account=self._account, tag=mark.tag, magic=mark.magic, request=plan.to_bytes())
        shown_lots = self.closes.shown_lots(plan.request.position)
        detail = encode(_SENT_KIND, _SENT_VERSION, {"login": login, "venue_ns": str(venue_ns)})
        try:
            intent = await self._intents.record_sent(draft, fence=self._fence, detail=detail)
        except BaseException:
            self._adrift.add(mark.id)
            raise
        tracked = Tracked(
            intent=intent,
            plan=plan,
            login=login,
            sent_ns=self._clock.now_ns(),
            venue_ns=venue_ns,
            unclear_ns=self._clock.monotonic_ns(),
            shown_lots=shown_lots,
        )
        self._tracked[mark.id] = tracked
        self._flying.add(mark.id)
        return tracked

    def landed(self, tracked: Tracked) -> None:
        """Note that nothing is under way for an intent any more: from now on it may be looked for."""
        self._flying.discard(tracked.id)
        tracked.unclear_ns = self._clock.monotonic_ns()

    async def settle(self, tracked: Tracked, answer: Answer) -> bool:
        """Write down what is known of an intent.

        Returns
        -------
        bool
            False, and nothing is written, where another task wrote a step of it meanwhile: the answer is to be made
            anew, from what stands now.

        Raises
        ------
        StorageError
            If it could not be written: the intent stays as it was, and is reconciled again.
        """
        before = tracked.state
        async with tracked.settling:
            if tracked.state is not before:
                return False
            tracked.intent = await self._advance(tracked.id, answer)
            if tracked.state in SETTLED:
                self._tracked.pop(tracked.id, None)
                if answer.filled_lots > 0:
                    self._note_execution(tracked, answer.filled_lots)
        return True

    def _note_execution(self, tracked: Tracked, lots: float) -> None:
        request = tracked.plan.request
        self.closes.executed(request, shown_lots=tracked.shown_lots, lots=lots)
        if request.opens:
            self._unseen[tracked.id] = tracked

    async def _advance(self, intent_id: str, answer: Answer) -> Intent:
        return await self._intents.advance(
            intent_id, answer.state, fence=self._fence, detail=answer.to_bytes(), resolution=answer.resolution
        )

    # ------------------------------------------------------------------------------------------------ reading
    def open_questions(self) -> list[Tracked]:
        """Give the intents that may be looked for: not settled, and not on their way."""
        return [each for each in self._tracked.values() if each.id not in self._flying]

    def find(self, intent_id: str) -> Tracked | None:
        """Give an intent that is not settled."""
        return self._tracked.get(intent_id)

    def closing(self, position: int) -> str | None:
        """Give the id of an intent that closes a position and is not settled, or is just being written down."""
        if position in self._beginning:
            return self._beginning[position]
        return next((each.id for each in self._tracked.values() if each.plan.request.position == position), None)

    @property
    def states(self) -> Counter[str]:
        """How many intents that are not settled there are, by their state."""
        return Counter(str(each.state) for each in self._tracked.values())

    @property
    def unclear(self) -> list[Tracked]:
        """Intents of which nobody knows what became."""
        return [each for each in self.open_questions() if each.state in _UNCLEAR]

    @property
    def oldest_ns(self) -> int | None:
        """From when on the venue may have executed the first of those under way."""
        return min((each.since_ns for each in (*self._tracked.values(), *self._unseen.values())), default=None)

    def see(self, visible: Iterable[str]) -> None:
        """Note which filled openings the venue shows by now; they need no reserve any more."""
        for intent_id in visible:
            self._unseen.pop(intent_id, None)

    @property
    def unseen(self) -> list[Tracked]:
        """Openings that were filled and that no look has shown yet."""
        return list(self._unseen.values())

    def reserved(self, working: frozenset[str]) -> tuple[OrderState, ...]:
        """Give every opening that the venue may have and does not show, as an order over its full volume.

        Of an unknown one a part may be shown already: nobody knows what becomes of the rest.

        Parameters
        ----------
        working : frozenset of str
            Ids of the intents that something shown belongs to.
        """
        waiting = [*self._tracked.values(), *self._unseen.values()]
        return tuple(
            OrderState(order=0, request=each.plan.request, status=OrderStatus.PLACED, placed_time_ns=each.sent_ns)
            for each in waiting
            if each.plan.request.opens and (each.id not in working or each.state in _UNCLEAR)
        )

    async def whose(self, magic: int, client_id: str) -> tuple[Intent, Plan] | None:
        """Find the intent behind something at the venue, by magic, else by client id; None if it is not ours."""
        if magic and (marked := await self._intents.marked(self._account, magic)):
            return marked[0], Plan.from_bytes(marked[0].draft.request)
        return await self._by_id(client_id) if client_id else None

    async def check(self) -> None:
        """See whether this is still the writer, before something is changed that needs no intent.

        Raises
        ------
        FencedError
            If another one took over.
        """
        await self._intents.take(self._account, self._fence)

    async def _by_id(self, client_id: str) -> tuple[Intent, Plan] | None:
        try:
            intent = await self._intents.get(client_id)
        except (NotFoundError, ConfigError):
            return None
        return (intent, Plan.from_bytes(intent.draft.request)) if intent.draft.account == self._account else None
