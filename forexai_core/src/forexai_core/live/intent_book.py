"""The intents of one account in the hands of its single writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from forexai_core.errors import ConfigError, NotFoundError
from forexai_core.live.absence import Absence
from forexai_core.live.answers import Answer
from forexai_core.live.executed_closes import ExecutedCloses
from forexai_core.live.findings import own_orders
from forexai_core.live.marks import Mark, Marks
from forexai_core.live.plans import Plan
from forexai_core.live.records import decode, encode
from forexai_core.live.sending import UNREACHABLE
from forexai_core.live.snapshots import Snapshot
from forexai_core.live.tracked import UNCLEAR, Tracked
from forexai_core.live.unshown import Net, Unshown, shown_lots
from forexai_core.ports.clock import Clock
from forexai_core.ports.intents import SETTLED, Intent, IntentDraft, Intents, IntentState, Resolution
from forexai_core.ports.leases import Fence
from forexai_core.values.orders import OrderKind, OrderRequest, OrderState

__all__ = ["IntentBook"]

_SENT_KIND, _SENT_VERSION = "sent", 3  # 1 had no time of the venue, 2 nothing of what was shown before
_LATEST = 1_000  # intents that a start reads back: far more than a venue's lists lag behind
_RATE_NS = 120_000_000_000  # so long before a start what was sent may count for how many orders a minute has
_LOTS = 1e-8
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
    absence : Absence
        When it proves something that a look does not show what was sent.

    Attributes
    ----------
    closes : ExecutedCloses
        What was closed, and may be shown still.
    sent_before : tuple of int
        When the last writer sent openings, nanoseconds UTC, as far as they may count for what a minute has.
    """

    def __init__(self, intents: Intents, clock: Clock, account: str, fence: Fence, *, absence: Absence) -> None:
        self._intents, self._clock = intents, clock
        self._account, self._fence = account, fence
        self.closes = ExecutedCloses(clock, absence.after_ns)
        self._marks = Marks(account, fence, clock.now_ns())
        self._tracked: dict[str, Tracked] = {}
        self._flying: set[str] = set()
        self._beginning: dict[int, str] = {}
        self._unshown = Unshown(clock, absence)
        self.sent_before: tuple[int, ...] = ()
        self._recent_ns = absence.after_ns
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

    async def recall(self, venue_ns: int) -> None:
        """Take up again what was executed just before the last writer ended: the venue may not show it yet.

        Parameters
        ----------
        venue_ns : int
            The venue's own time, which tells what is recent though our clock was set meanwhile.
        """
        latest, now_ns = await self._intents.latest(self._account, _LATEST), self._clock.now_ns()
        sent = (each for each in latest if now_ns - each.recorded_at_ns <= _RATE_NS)
        self.sent_before = tuple(
            each.recorded_at_ns for each in sent if Plan.from_bytes(each.draft.request).request.opens
        )
        executed: list[tuple[Tracked, Answer]] = []
        for intent in reversed(latest):
            if intent.state not in SETTLED:
                continue
            answer = Answer.from_bytes(intent.state, intent.resolution, intent.detail)
            if not answer.filled_lots:
                continue
            tracked = await self._remembered(intent)
            passed_ns = now_ns - intent.changed_at_ns
            if tracked.venue_ns:
                passed_ns = min(passed_ns, venue_ns - tracked.venue_ns)
            if passed_ns > self._recent_ns:
                break
            executed.append((tracked, answer))
        for tracked, answer in reversed(executed):
            self._note_execution(tracked, answer, tracked.before)

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
            before=_read_net(detail.get("before")),
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
        # An order that waits is executed long after this look: what was shown before that, nobody knows yet.
        before = self._unshown.net(plan.request.symbol) if plan.request.kind is OrderKind.MARKET else None
        told = {"login": login, "venue_ns": str(venue_ns), "before": _write_net(before)}
        detail = encode(_SENT_KIND, _SENT_VERSION, told)
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
            before=before,
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
                    shown = tracked.before or self._unshown.net(tracked.plan.request.symbol)
                    self._note_execution(tracked, answer, shown)
        return True

    def _note_execution(self, tracked: Tracked, answer: Answer, before: Net | None) -> None:
        request, lots = tracked.plan.request, answer.filled_lots
        self.closes.executed(request, shown_lots=tracked.shown_lots, lots=lots)
        self._unshown.executed(request, lots, answer.position, since_ns=tracked.since_ns, before=before)

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
        return [each for each in self.open_questions() if each.state in UNCLEAR]

    @property
    def oldest_ns(self) -> int | None:
        """From when on the venue may have executed the first of those under way."""
        times = [each.since_ns for each in self._tracked.values()]
        if self._unshown.oldest_ns is not None:
            times.append(self._unshown.oldest_ns)
        return min(times, default=None)

    def see(self, snapshot: Snapshot, plans: Mapping[int, Plan], *, nets: bool) -> None:
        """Note how much of what was sent a look accounts for; that needs no reserve any more.

        Parameters
        ----------
        snapshot : Snapshot
            The look.
        plans : mapping of int to Plan
            What opened each position that it shows, where that is ours.
        nets : bool
            Whether the account keeps one position a symbol.
        """
        self._unshown.see(snapshot, plans, nets=nets)
        for tracked in self._tracked.values():
            request = tracked.plan.request
            if nets:  # positions tell of no order; what is executed of one that is not at work any more is settled
                works = bool(own_orders(request, snapshot.orders))
                tracked.accounted_lots = request.volume_lots if works else 0.0
            else:
                tracked.accounted_lots = shown_lots(request, 0, snapshot, plans)

    def see_orders(self, orders: Iterable[OrderState]) -> None:
        """Note which of those under way are seen at work, beside the looks."""
        works = list(orders)
        for tracked in self._tracked.values():
            left = sum(each.left_lots for each in own_orders(tracked.plan.request, works))
            tracked.accounted_lots = max(tracked.accounted_lots, left)

    @property
    def unshown(self) -> bool:
        """Whether openings were executed that no look accounts for yet."""
        return bool(self._unshown.openings)

    @property
    def reserved(self) -> tuple[OrderRequest, ...]:
        """Every opening that the venue may have and does not show, each with the volume that is not shown.

        An unknown one counts in full, though a part may be shown already: nobody knows what becomes of the rest.
        """
        left = [
            attrs.evolve(request, volume_lots=lots)
            for each in self._tracked.values()
            if (request := each.plan.request).opens and (lots := each.unaccounted_lots) > _LOTS
        ]
        return (*left, *self._unshown.openings)

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


def _write_net(net: Net | None) -> list[Any] | None:
    return None if net is None else [net.lots, str(net.time_ns)]


def _read_net(plain: Any) -> Net | None:
    return None if plain is None else Net(float(plain[0]), int(plain[1]))
