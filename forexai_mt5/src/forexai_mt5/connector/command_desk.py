"""Commands, each carried out at most once: written down before it is sent to the broker, remembered for good."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import attrs

from forexai_core.errors import (
    BrokerUnreachableError,
    ConfigError,
    ConflictError,
    FencedError,
    NotFoundError,
    OrderRejectedError,
)
from forexai_core.ports.broker import Broker
from forexai_core.ports.clock import Clock
from forexai_core.ports.intents import Intent, IntentDraft, Intents, IntentState, Resolution
from forexai_core.ports.leases import Fence
from forexai_core.values.orders import OrderRequest, OrderState
from forexai_mt5.connector.guard import Guard
from forexai_mt5.connector.rows import closing_order, order_to_place
from forexai_mt5.connector.telling import UntellableError, told_as
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.trading import Outcome, TradeCommand, TradeError, TradeResult

__all__ = ["CommandDesk"]

_LOG = logging.getLogger(__name__)
_ENDS = {"DONE": IntentState.FILLED, "REJECTED": IntentState.REJECTED, "UNKNOWN": IntentState.UNKNOWN}
_NOT_CONTENT = {"seq", "ack", "fence", "issued_at", "ttl_ms"}


def _content(command: TradeCommand) -> bytes:
    """Write what makes a command the same command: not who sends it, when and for how long."""
    return command.model_dump_json(exclude=_NOT_CONTENT).encode()


@attrs.define(eq=False)
class _UnderWay:
    """A command that was accepted, as its newest sender gave it, and the fences of all whom its result answers."""

    command: TradeCommand
    expired: Callable[[], bool]
    fences: list[FenceToken] = attrs.field(init=False)
    over: asyncio.Event = attrs.field(init=False, factory=asyncio.Event)

    def __attrs_post_init__(self) -> None:
        self.fences = [self.command.fence]

    def join(self, copy: TradeCommand, expired: Callable[[], bool]) -> None:
        """Take a copy in; of a newer sender it is what is carried out."""
        if copy.fence not in self.fences:
            self.fences.append(copy.fence)
        if self.command.fence.is_older_than(copy.fence):
            self.command, self.expired = copy, expired


class CommandDesk:
    """Carries out commands, one after the other.

    Each is an intent of the core: recorded durably, then marked as sent, then sent; what a crash leaves is certainly
    not sent, or unknown, and is never sent again.

    Parameters
    ----------
    broker : Broker
        The account.
    intents : Intents
        Of this machine.
    guard : Guard
        What this machine allows.
    clock : Clock
        For results and time-outs.
    place : str
        What the connector is paired for. Fences count, and ids of commands are apart, within it.
    tell : callable
        ``await tell(result)`` hands a result over to be sent.
    call_s : float
        How long the broker may take.
    alert : callable, optional
        Told of every error after which a person should look.
    """

    def __init__(
        self,
        broker: Broker,
        intents: Intents,
        guard: Guard,
        clock: Clock,
        *,
        place: str,
        tell: Callable[[TradeResult], Awaitable[None]],
        call_s: float = 60.0,
        alert: Callable[[Exception], None] = lambda _problem: None,
    ) -> None:
        self._broker, self._intents, self._guard, self._clock = broker, intents, guard, clock
        self._place = f"line/{place}"
        self._tell, self._call_s, self._alert = tell, call_s, alert
        self._doubtful: set[str] = set()  # of which this process could not write down what became of them
        self._waiting: asyncio.Queue[_UnderWay] = asyncio.Queue()
        self._under_way: dict[str, _UnderWay] = {}
        self._newest: FenceToken | None = None

    def _key(self, command_id: str) -> str:
        return f"command/{hashlib.sha256(f'{self._place}/{command_id}'.encode()).hexdigest()[:40]}"

    def _draft(self, command_id: str, content: bytes) -> IntentDraft:
        tag = base64.b32encode(hashlib.sha256(command_id.encode()).digest()).decode()[:26]
        return IntentDraft(id=self._key(command_id), account=self._place, tag=tag, magic=0, request=content)

    def _fence(self, token: FenceToken) -> Fence:
        return Fence(resource=self._place, epoch=token.epoch, number=token.number)

    # -------------------------------------------------------------------------------------------------------- taking in
    async def accept(self, command: TradeCommand, expired: Callable[[], bool]) -> None:
        """Write a command down; it is carried out by `work`. One that is known, or refused, is answered at once.

        Parameters
        ----------
        command : TradeCommand
            As it came.
        expired : callable
            Whether its time to live is over.
        """
        try:
            intent = await self._intents.record(
                self._draft(command.id, _content(command)), fence=self._fence(command.fence)
            )
        except FencedError:
            await self._answer_older(command, expired)
            return
        except (ConflictError, ConfigError):
            # Of one that is under way, or was carried out, too: it is another command of that id.
            refused = self._result(command.id, "REFUSED", "conflict", "Another command, or none, has that id.")
            await self._tell_copy(refused, command.fence)
            return
        except Exception as problem:  # noqa: BLE001 - whatever the store raises, nobody knows what it has kept
            await self._doubt_copy(command, expired, problem)
            return
        if self._newest is None or self._newest.is_older_than(command.fence):
            self._newest = command.fence
        under_way = self._under_way.get(command.id)
        if under_way is not None:
            under_way.join(command, expired)  # its result comes
        elif command.id in self._doubtful:
            await self._tell_copy(self._unwritten(command.id), command.fence)
        elif intent.state is IntentState.RECORDED:
            self._under_way[command.id] = under_way = _UnderWay(command, expired)
            self._waiting.put_nowait(under_way)
        else:
            await self._tell_copy(self._remembered(command.id, intent), command.fence)

    async def take(self, fence: FenceToken) -> None:
        """Refuse older senders from now on, through restarts, and wait until what they have under way has ended.

        Who looks at the account after this sees everything that an older sender can still do to it.

        Raises
        ------
        FencedError
            If a newer sender has come since.
        """
        if self._newest is None or self._newest.is_older_than(fence):
            # As an intent that is never sent: so a restart finds the newest token in its last recording.
            name = f"taken/{fence.epoch}.{fence.number}"
            draft = self._draft(name, json.dumps({"taken": f"{fence.epoch}.{fence.number}"}).encode())
            intent = await self._intents.record(draft, fence=self._fence(fence))
            if intent.state is IntentState.RECORDED:
                await self._intents.advance(
                    draft.id, IntentState.RESOLVED, fence=self._fence(fence), resolution=Resolution.ABANDONED
                )
            if self._newest is None or self._newest.is_older_than(fence):
                self._newest = fence
        if fence.is_older_than(self._newest):
            raise FencedError("A newer sender has come since: what is asked with this token is not answered any more.")
        for under_way in list(self._under_way.values()):
            if under_way.command.fence.is_older_than(fence):
                await under_way.over.wait()

    async def _answer_older(self, command: TradeCommand, expired: Callable[[], bool]) -> None:
        """Answer the copy of a sender that a newer one has followed: a newer copy may be under way, or carried out.

        That it is refused is said only of a command of which nothing else is known here.
        """
        content, under_way = _content(command), self._under_way.get(command.id)
        if under_way is not None and _content(under_way.command) == content:
            under_way.join(command, expired)
            return
        told = self._result(command.id, "REFUSED", "fenced", "A newer sender has commanded since.")
        with suppress(NotFoundError):
            intent = await self._intents.get(self._key(command.id))
            if intent.draft.request == content:
                told = self._remembered(command.id, intent)
        await self._tell_copy(told, command.fence)

    async def _doubt_copy(self, command: TradeCommand, expired: Callable[[], bool], problem: Exception) -> None:
        """Answer a command that could not be written down: as unknown, and it is not sent by this process any more."""
        under_way = self._under_way.get(command.id)
        if under_way is not None:
            under_way.join(command, expired)
            return
        self._doubt(command.id, problem)
        await self._tell_copy(self._unwritten(command.id), command.fence)

    def _doubt(self, command_id: str, problem: Exception) -> None:
        self._doubtful.add(command_id)
        _LOG.error("Command %s: its outcome is not known", command_id, exc_info=problem)
        self._alert(problem)

    def _unwritten(self, command_id: str) -> TradeResult:
        return self._result(command_id, "UNKNOWN", "unknown", "This machine could not write it down.")

    async def _tell_copy(self, result: TradeResult, fence: FenceToken) -> None:
        await self._tell(result.model_copy(update={"fence": fence}))

    async def fate(self, command_id: str, fence: FenceToken | None = None) -> TradeResult:
        """Tell what came of a command; one that was never seen is barred, so that a late copy is refused.

        Raises
        ------
        FencedError
            If it has to be barred, and a newer sender has commanded since.
        """
        under_way = self._under_way.get(command_id)
        if under_way is not None:
            await under_way.over.wait()
        try:
            return self._remembered(command_id, await self._intents.get(self._key(command_id)))
        except NotFoundError:
            return await self._bar(command_id, fence or self._newest or FenceToken(epoch=1, number=1))

    async def _bar(self, command_id: str, token: FenceToken) -> TradeResult:
        absent = self._result(command_id, "ABSENT", "absent", "It never came here, and will not be carried out.")
        content = json.dumps({"barred": command_id}).encode()
        await self._intents.record(self._draft(command_id, content), fence=self._fence(token))
        await self._settle(command_id, absent, self._fence(token))
        return absent

    async def recover(self) -> list[TradeResult]:
        """After a start: settle what the last run left, and give results of that. Nothing of it is sent any more."""
        known = await self._intents.marked(self._place, 0)
        if not known:
            return []
        # Tokens never go back from one recording to the next: the last one has the newest.
        newest = (await self._intents.history(known[-1].draft.id))[0].fence
        self._newest = FenceToken(epoch=newest.epoch, number=newest.number)
        results = []
        for intent in await self._intents.unsettled(self._place):
            kept = json.loads(intent.draft.request)
            if "taken" in kept:
                await self._intents.advance(
                    intent.draft.id, IntentState.RESOLVED, fence=newest, resolution=Resolution.ABANDONED
                )
                continue
            asked = (await self._intents.history(intent.draft.id))[0].fence
            command_id = str(kept.get("id") or kept.get("barred"))
            if intent.state is IntentState.RECORDED:
                told = self._result(command_id, "EXPIRED", "expired", "The connector restarted before it was sent.")
            else:
                told = self._result(command_id, "UNKNOWN", "unknown", "The connector stopped while it was sent.")
            if intent.state is IntentState.UNKNOWN:
                continue  # it was told when it became that, and is told again to who asks
            await self._settle(command_id, told, newest)
            results.append(told.model_copy(update={"fence": FenceToken(epoch=asked.epoch, number=asked.number)}))
        return results

    # ----------------------------------------------------------------------------------------------------- carrying out
    async def work(self) -> None:
        """Carry out what was accepted, in order, until cancelled."""
        while True:
            under_way = await self._waiting.get()
            command_id = under_way.command.id
            try:
                result = await self._carry_out(under_way)
            except Exception as problem:  # noqa: BLE001 - nobody can say how far it came, and others wait behind it
                self._doubt(command_id, problem)
                result = self._unwritten(command_id)
            finally:
                self._under_way.pop(command_id).over.set()
            await self._tell_all(result, under_way.fences)

    async def _tell_all(self, result: TradeResult, fences: Sequence[FenceToken]) -> None:
        for fence in fences:
            try:
                await self._tell_copy(result, fence)
            except Exception as problem:  # noqa: BLE001 - it is remembered, and told when it is asked for
                _LOG.error("The result of command %s was not told", result.command_id, exc_info=problem)

    async def _carry_out(self, under_way: _UnderWay) -> TradeResult:
        refusal = await self._guard.refuses(under_way.command, self._broker)
        command = under_way.command  # of a newer sender, where one has asked for it meanwhile
        newest = self._newest or command.fence
        if under_way.expired():
            result = self._result(command.id, "EXPIRED", "expired", "Its time to live was over before it was sent.")
        elif command.fence.is_older_than(newest):
            result = self._result(command.id, "REFUSED", "fenced", "A newer sender has commanded before it was sent.")
        elif refusal is not None:
            result = self._result(command.id, "REFUSED", *refusal)
        else:
            # With its own token: a newer sender may be taking the account in this very moment.
            try:
                await self._intents.advance(self._key(command.id), IntentState.SENT, fence=self._fence(command.fence))
            except FencedError:
                result = self._result(command.id, "REFUSED", "fenced", "A newer sender has come before it was sent.")
            else:
                result = await self._send(command)
        # What was sent is finished here, even if a newer sender has come meanwhile.
        await self._settle(command.id, result, self._fence(self._newest or newest))
        return result

    async def _send(self, command: TradeCommand) -> TradeResult:
        try:
            wanted = order_to_place(command) if command.action == "OPEN" else None
        except ConfigError as problem:
            return self._result(command.id, "REFUSED", "final", str(problem))
        try:
            async with asyncio.timeout(self._call_s):
                return self._done(command.id, await self._call(command, wanted))
        except OrderRejectedError as problem:
            return self._result(command.id, "REJECTED", problem.kind.value, str(problem), problem.code)
        except BrokerUnreachableError as problem:
            return self._result(command.id, "REFUSED", "unreachable", str(problem))
        except UntellableError as problem:
            _LOG.error("Command %s: %s", command.id, problem)
            self._alert(problem)
            return self._result(command.id, "UNKNOWN", "unknown", str(problem))
        except Exception as problem:  # noqa: BLE001 - whatever it was, the order may be there
            _LOG.warning("Command %s: its outcome is not known: %s", command.id, problem)
            self._alert(problem)
            # Its text stays here: a plugin may have put into it what is nobody's business.
            return self._result(
                command.id, "UNKNOWN", "unknown", f"The broker's plugin failed: {type(problem).__name__}."
            )

    async def _call(self, command: TradeCommand, wanted: OrderRequest | None) -> OrderState | None:
        broker = self._broker
        if wanted is not None:
            return await broker.submit(wanted)
        if command.action == "CLOSE":
            return await self._close(command)
        if command.action == "CANCEL":
            return await broker.cancel(command.ticket)
        levels = {"price": command.price, "stop_loss": command.stop_loss, "take_profit": command.take_profit}
        given = {name: float(value) for name, value in levels.items() if value is not None}
        await broker.modify(command.ticket, **given)
        return None

    async def _close(self, command: TradeCommand) -> OrderState:
        broker, marked = self._broker, command.magic_number or command.comment or command.order_type
        if marked or command.slippage_points is not None:
            for position in await broker.positions():
                if position.position == command.ticket:
                    return await broker.submit(closing_order(command, position))
        # One that is not shown: the broker says whether it is closed already, or never was.
        volume = float(command.lot_size) or None
        return await broker.close(command.ticket, client_id=command.id, volume_lots=volume)

    # ---------------------------------------------------------------------------------------------------------- results
    async def _settle(self, command_id: str, result: TradeResult, fence: Fence) -> None:
        intent = await self._intents.get(self._key(command_id))
        detail = result.model_dump_json().encode()
        if intent.state is IntentState.RECORDED:
            state = IntentState.RESOLVED
        else:
            state = _ENDS.get(result.outcome, IntentState.REJECTED)
        resolution = Resolution.ABANDONED if state is IntentState.RESOLVED else None
        await self._intents.advance(self._key(command_id), state, fence=fence, detail=detail, resolution=resolution)

    def _remembered(self, command_id: str, intent: Intent) -> TradeResult:
        if intent.detail:
            return TradeResult.model_validate_json(intent.detail)
        return self._result(command_id, "UNKNOWN", "unknown", "What came of it was not written down.")

    def _done(self, command_id: str, state: OrderState | None) -> TradeResult:
        values: dict[str, object] = {} if state is None else {
            "ticket": state.order,
            "position": state.position,
            "status": state.status.value,
            "filled_lots": state.filled_lots,
            "open_price": state.average_price,
        }  # fmt: skip
        fixed = {"command_id": command_id, "success": True, "outcome": "DONE", "timestamp": self._clock.now_ns()}
        return told_as(TradeResult, f"the order of command {command_id}, which it carried out,", fixed | values)

    def _result(
        self, command_id: str, outcome: Outcome, kind: str, message: str, code: int | None = None
    ) -> TradeResult:
        error = TradeError(kind=kind, message=message[:500], code=code)
        now_ns = self._clock.now_ns()
        return TradeResult(command_id=command_id, success=False, outcome=outcome, timestamp=now_ns, error=error)
