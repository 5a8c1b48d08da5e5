"""The order desk of one account: the only one that sends, and the one that answers for what was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection
from typing import Self, TypeVar

import attrs

from forexai_core.errors import ConfigError, ConflictError, FencedError, OrderRefusedError, StorageError
from forexai_core.live.agreement import UNSEEN, Agreement, closing_of
from forexai_core.live.alerts import Alerts, Hear
from forexai_core.live.answers import Answer, Outcome
from forexai_core.live.blocks import Blocks
from forexai_core.live.halt_journal import HaltJournal
from forexai_core.live.intent_book import IntentBook
from forexai_core.live.knowledge import Knowledge
from forexai_core.live.placing import AskAgain, Placing
from forexai_core.live.plans import Plan
from forexai_core.live.settings import DeskSettings
from forexai_core.live.standing_causes import standing_cause
from forexai_core.live.stop_memory import StopMemory
from forexai_core.live.upkeep import Upkeep
from forexai_core.ports.broker import Broker, TrailingBroker
from forexai_core.ports.intents import IntentState, Resolution
from forexai_core.ports.leases import Lease
from forexai_core.ports.services import Services
from forexai_core.values.orders import OrderRequest, OrderState
from forexai_core.values.positions import Position

__all__ = ["OrderDesk"]

AnswerT = TypeVar("AnswerT")


class OrderDesk(Knowledge):
    """Sends the orders of one account, and brings what it knows into agreement with the venue.

    Made by :meth:`open`. While it is open it is the account's single writer: every step of an intent carries the token
    of its lease, and the store refuses an older one.

    Parameters
    ----------
    account : str
        Its name with us.
    broker : Broker
        The session with the venue; connected by :meth:`open`.
    services : Services
        Clock, intents, journal and leases.
    lease : Lease
        Of the account.
    hear : callable
        Takes notices; returns at once.
    settings : DeskSettings
        How it works.

    Attributes
    ----------
    blocks : Blocks
        Why nothing may be opened.
    fence : Fence
        The writer's token.
    """

    def __init__(
        self, account: str, broker: Broker, services: Services, *, lease: Lease, hear: Hear, settings: DeskSettings
    ) -> None:
        self.account, self.settings = account, settings
        self._broker, self._clock = broker, services.clock
        self.blocks = Blocks(services.clock)
        self._alerts = Alerts(account, services.clock, hear)
        self._book = IntentBook(services.intents, services.clock, account, lease.fence, absence=settings.absence)
        self._stops = StopMemory(services.journal, services.clock, account, lease.fence)
        self._agreement = Agreement(
            broker=broker,
            clock=services.clock,
            book=self._book,
            alerts=self._alerts,
            settings=settings,
            stops=self._stops,
            set_stop=self._set_stop,
            cancel=self.cancel,
        )
        self._halts = HaltJournal(services.journal, services.clock, account, lease.fence)
        self._placing = Placing(
            halts=self._halts,
            book=self._book,
            broker=broker,
            clock=services.clock,
            blocks=self.blocks,
            alerts=self._alerts,
            settings=settings,
            look_again=self.reconcile,
            metrics=services.metrics,
            account=account,
        )
        self._agreement.placing = self._placing
        self._upkeep = Upkeep(self, broker, services, lease)
        self.fence = lease.fence

    # ------------------------------------------------------------------------------------------ opening and closing
    @classmethod
    async def open(
        cls,
        account: str,
        broker: Broker,
        services: Services,
        *,
        owner: str,
        hear: Hear,
        settings: DeskSettings | None = None,
    ) -> Self:
        """Take the account over, connect, and reconcile what the last writer left.

        Parameters
        ----------
        account : str
            Its name with us.
        broker : Broker
            How the venue is reached.
        services : Services
            Clock, intents, journal and leases.
        owner : str
            Who takes it: a name of its own for each start of a process.
        hear : callable
            Takes notices; returns at once.
        settings : DeskSettings, optional
            How it works.

        Raises
        ------
        ConflictError
            If another owner holds the account.
        BrokerError, TimeoutError
            If the venue cannot be reached.
        StorageError
            If the intents, or what a person still has to release, cannot be read.
        """
        settings = settings or DeskSettings()
        resource = f"account:{account}"
        lease = await services.leases.acquire(resource, owner=owner, ttl_s=settings.lease_ttl_s)
        if lease is None:
            holder = await services.leases.current(resource)
            raise ConflictError(
                f"Account '{account}' is held by '{holder.owner if holder else 'another session'}'. Stop that session, "
                f"or wait {settings.lease_ttl_s:g} s after it ended."
            )
        try:
            desk = cls(account, broker, services, lease=lease, hear=hear, settings=settings)
            await desk._begin()
        except BaseException:
            await services.leases.release(lease)  # nobody writes under it, so that the next start need not wait
            raise
        return desk

    async def _begin(self) -> None:
        self.blocks.set(UNSEEN, "The venue has not been seen yet.")
        for name, reason in (await self._halts.recover()).items():
            self._placing.halt(name, reason)
        await self._stops.recover()
        await self._book.recover()
        state = await self._in_time(self._broker.connect())
        self._placing.login, self._placing.venue_ns = state.login, state.time_ns
        await self._book.recall(state.time_ns)
        self._placing.instruments = {each.symbol: each for each in await self._in_time(self._broker.instruments())}
        await self.reconcile()

    async def close_down(self) -> None:
        """Give the account back. Nothing changes at the venue: positions keep the stops that stand there."""
        await self._upkeep.release()

    async def run(self) -> None:
        """Renew the lease, and look at the venue when it is time or something happened there, until cancelled."""
        await self._upkeep.run()

    async def renew(self) -> bool:
        """Renew the account's lease, where :meth:`run` does not; say whether it is still ours."""
        return await self._upkeep.renew()

    async def _in_time(self, question: Awaitable[AnswerT]) -> AnswerT:
        async with asyncio.timeout(self.settings.query_timeout_s):
            return await question

    # ------------------------------------------------------------------------------------------------- orders
    async def place(
        self,
        order: OrderRequest,
        *,
        owner: str = "",
        reason: str = "signal",
        decided_price: float = 0.0,
        ask_again: AskAgain | None = None,
        label: str = "",
    ) -> Outcome:
        """Place an order: write it down, send it once, and say what is known of it.

        Parameters
        ----------
        order : OrderRequest
            What is asked for. Its ``client_id``, ``tag`` and ``magic`` are replaced by marks of their own.
        owner : str
            The strategy on whose behalf.
        reason : str
            Why, for the record.
        decided_price : float
            The price at which it was decided; 0 takes the venue's at this moment. An opening at the market that is
            refused is not tried again once the price is worse than this by more than its slippage.
        ask_again : callable, optional
            ``ask_again(order)`` is asked before an opening is tried again, and raises OrderRefusedError where risk does
            not allow it any more.
        label : str
            What the strategy calls it, for the record.

        Returns
        -------
        Outcome
            Of the last attempt. An unknown one is reconciled; it is never sent again.

        Raises
        ------
        ConfigError
            If the price is none.
        OrderRefusedError
            If it may not be sent; nothing was.
        StorageError
            If it, or its answer, could not be written down.
        """
        plan = Plan(request=order, owner=owner, reason=reason, label=label)
        outcome = await self._placing.place(plan, decided_price, ask_again)
        await self._note_added(order, outcome)
        self._upkeep.wake()
        return outcome

    async def close(
        self, position: Position, *, volume_lots: float | None = None, owner: str = "", reason: str = "signal"
    ) -> Outcome:
        """Close a position, or a part of it, by an order that names it. Raises as :meth:`place` does."""
        order = closing_of(position)
        if volume_lots is not None:
            order = attrs.evolve(order, volume_lots=volume_lots)
        return await self.place(order, owner=owner, reason=reason)

    async def modify(
        self,
        ticket: int,
        *,
        price: float | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
    ) -> None:
        """Change a working order or a position's stops; asking twice does no harm, so it needs no intent.

        Raises
        ------
        FencedError
            If another writer took the account over.
        BrokerError, TimeoutError
            As the venue answers.
        StorageError
            If a stop could not be written down; the account is halted then.
        """
        if stop_loss is not None and self._agreement.plan_of(ticket) is None:
            await self.reconcile()  # it may have been opened since the last look
        await self._change(ticket, price=price, stop_loss=stop_loss, take_profit=take_profit)
        plan = self._agreement.plan_of(ticket)
        if plan is not None and stop_loss is not None:
            await self._note_stop(plan, stop_loss)

    async def _change(self, ticket: int, **terms: float | None) -> None:
        await self._book.check()
        await self._in_time(self._broker.modify(ticket, **terms))

    async def _note_stop(self, plan: Plan, stop_loss: float) -> None:
        try:
            await self._stops.note(plan.request.client_id, stop_loss)
        except StorageError as problem:
            self._placing.store_failed(problem)
            raise

    async def _note_added(self, order: OrderRequest, outcome: Outcome) -> None:
        """Note the stop of an order that has added to a position, where the account nets: it is the position's now."""
        held = self.plans.get(outcome.answer.position)
        if held is not None and order.opens and order.stop_loss and outcome.answer.filled_lots:
            await self._note_stop(held, order.stop_loss)

    async def trail(self, position: int, *, distance: float, start: float = 0.0) -> None:
        """Let a position's stop follow its best price; raises as :meth:`modify` does.

        Raises
        ------
        OrderRefusedError
            If the venue lets no stop trail.
        """
        if not isinstance(self._broker, TrailingBroker):
            raise OrderRefusedError("The venue lets no stop trail: move it by changing its price.", rule="order-desk")
        await self._book.check()
        await self._in_time(self._broker.trail(position, distance=distance, start=start))

    async def cancel(self, order: int) -> OrderState:
        """Take a working order back; raises as :meth:`modify` does."""
        await self._book.check()
        state = await self._in_time(self._broker.cancel(order))
        self._upkeep.wake()
        return state

    # ----------------------------------------------------------------------------------------------- agreement
    async def reconcile(self) -> bool:
        """Look at the venue, and settle what it shows.

        Returns
        -------
        bool
            Whether the venue could be seen. If not, nothing is opened until it can.
        """
        return await self._agreement.reconcile()

    async def hear(self, order: OrderState) -> None:
        """Take note of what the venue says of an order by itself, as :meth:`run` does."""
        await self._agreement.hear(order)

    async def decide(self, intent_id: str, resolution: Resolution, *, person: str) -> None:
        """Let a person say what became of an order that is unknown.

        Raises
        ------
        ConfigError
            If nobody is named, or there is nothing to decide.
        StorageError
            If it could not be written down.
        """
        tracked = self._book.find(intent_id)
        if not person:
            raise ConfigError("Say who decides: it is written down.")
        if tracked is None or tracked.state is not IntentState.UNKNOWN:
            raise ConfigError(f"Intent '{intent_id}' is not unknown, so there is nothing to decide.")
        # What is said to be executed counts in full, until the venue shows it or it is called absent once more.
        lots = tracked.plan.request.volume_lots if resolution is Resolution.FILLED else 0.0
        said = f"Decided by {person}."
        resolved = Answer(state=IntentState.RESOLVED, resolution=resolution, filled_lots=lots, reason=said)
        if not await self._book.settle(tracked, resolved):
            raise ConfigError(f"Intent '{intent_id}' was settled just now: look again before you decide.")

    async def standing_cause(self, name: str) -> str:
        """Say why a halt has to stand, by the last look at the venue; empty where a person may release it."""
        snapshot = self._agreement.snapshot
        return await standing_cause(name, book=self._book, placing=self._placing, snapshot=snapshot)

    async def release(self, *, person: str, names: Collection[str] | None = None) -> tuple[str, ...]:
        """Let a person allow openings again; give the reasons for which they were halted.

        Parameters
        ----------
        person : str
            Who does.
        names : collection of str, optional
            Of the halts that are released; default all.

        Raises
        ------
        ConfigError
            If nobody is named.
        FencedError
            If another writer took the account over.
        StorageError
            If it could not be written down: nothing is released then.
        """
        if not person.strip():
            raise ConfigError("Say who releases the account: it is written down, and told to everybody.")
        held = {name: why for name, why in self.blocks.held.items() if names is None or name in names}
        if held:
            await self._halts.lift(held, person=person)
            self.blocks.release(held)
            self._alerts.tell(f"released:{self._clock.now_ns()}", "Openings are allowed again", f"By {person}.")
        return tuple(held.values())

    async def halt(self, key: str, reason: str) -> None:
        """Open nothing until a person has looked, also after a restart, and tell one."""
        self._placing.halt(key, reason)
        await self._placing.keep()

    def disconnected(self) -> None:
        """Note that the venue is not reached: nothing is opened until it has been seen again."""
        self._agreement.out_of_reach("The venue is disconnected.")

    def taken_over(self, lost: FencedError) -> None:
        """Note that another writer holds the account: nothing is opened any more."""
        self._placing.taken_over(lost)

    def lease_in_doubt(self, problem: StorageError) -> None:
        """Note that the lease could not be renewed. The token stays good until another owner takes it."""
        self._alerts.tell("lease-store", "The lease could not be renewed", str(problem))

    async def _set_stop(self, position: int, stop_loss: float) -> None:
        await self._change(position, stop_loss=stop_loss)
