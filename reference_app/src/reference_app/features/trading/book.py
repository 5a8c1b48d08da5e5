"""Trading by hand on the accounts of a tenant."""

from __future__ import annotations

import asyncio
from typing import Any, final
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
import sqlalchemy as sa

from forexai_core.errors import ConfigError, ConflictError, ForexAIError, TradingError
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.audit.chain import Detail
from forexai_saas.errors import AccountError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.trading.gate import TradingGate
from forexai_saas.trading.rules import KILL, Ask
from reference_app.features.brokers.book import Connections, terms_of
from reference_app.features.brokers.naming import session_name
from reference_app.features.brokers.repository import connection_in
from reference_app.features.trading.asked import AccountAsked, AccountTold, Command, Wanted
from reference_app.features.trading.repository import add_command, commands_after, last_command
from reference_app.features.trading.schemas import CommandTaken, Preview
from reference_app.http.callers import Caller
from reference_app.processes.workbench import Workbench

__all__ = ["Trading"]

_PERMISSION = "trading:orders:paper"
_STANDING = {"halt": KILL, "rearm": "trading:kill:rearm"}
_TRIES = 8
_STALE_NS = 2 * 10**9  # a command that took longer to be written down is judged again


@final
class Trading:
    """Takes commands, and tells how accounts stand.

    A command is written down in the transaction that asks the gate, and carried out after that: whoever has the rows
    comes to the same account. Commands of one account are numbered without a hole, so of two processes that give one
    at the same moment the later one finds the number taken, and judges again.

    Parameters
    ----------
    on : Foundation
        Database, clock and audit log.
    gate : TradingGate
        Asked in the transaction of every command.
    connections : Connections
        The accounts.
    bench : Workbench
        Reckons them.
    """

    def __init__(self, on: Foundation, gate: TradingGate, connections: Connections, bench: Workbench) -> None:
        self._on, self._gate, self._connections, self._bench = on, gate, connections, bench
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._known: dict[UUID, int] = {}

    async def look(
        self, scope: Scope, account_id: UUID, *, deals_after: int = 0, deals: int = 0, ticket: int = 0
    ) -> AccountTold:
        """Tell how an account stands, with some of its deals and one of its orders; once archived, as it stood then.

        Raises
        ------
        NotFoundError
            If the tenant has no such account.
        """
        row = await self._connections.find(scope, account_id)
        async with self._lock(account_id):
            return await self._ask(scope, row, None, deals_after=deals_after, deals=deals, ticket=ticket)

    async def preview(self, scope: Scope, account_id: UUID, wanted: Wanted) -> Preview:
        """Say what an order would be and cost now, and what risk says of it; nothing is done.

        Raises
        ------
        AccountError
            If it is wrong in itself, or the account was archived.
        NotFoundError
            If the tenant has no such account.
        """
        row = await self._connections.find(scope, account_id)
        _check_open(row)
        async with self._lock(account_id):
            return (await self._considered(scope, row, wanted))[1]

    async def command(self, caller: Caller, account_id: UUID, wanted: Wanted) -> CommandTaken:
        """Have something done.

        Raises
        ------
        AccountError
            If the gate or a limit refuses, it is wrong in itself, or the account was archived: nothing is written down.
        NotFoundError
            If the tenant has no such account.
        """
        row = await self._connections.find(caller.scope, account_id)
        _check_open(row)
        async with self._lock(account_id):
            await self._check(caller, account_id, wanted)
            command = await self._written(caller, row, wanted)
            return await self._carried_out(caller.scope, row, command)

    async def halt(self, caller: Caller, account_id: UUID, *, reason: str, flatten: bool) -> CommandTaken:
        """Let nothing be opened on an account any more, and take back what waits to; whoever may trade may do it.

        It is written down without the account being reckoned first: it stands, whatever else fails.

        Raises
        ------
        AccountError
            If the gate refuses, or the account was archived.
        NotFoundError
            If the tenant has no such account.
        """
        wanted = Wanted(kind="halt", by=str(caller.user_id), reason=reason, flatten=flatten)
        return await self._stand(caller, account_id, wanted)

    async def rearm(self, caller: Caller, account_id: UUID, *, reason: str) -> CommandTaken:
        """Let an account open again, its broken limits armed anew; takes a code of the authenticator, shown just now.

        Raises as :meth:`halt` does.
        """
        return await self._stand(caller, account_id, Wanted(kind="rearm", by=str(caller.user_id), reason=reason))

    async def _stand(self, caller: Caller, account_id: UUID, wanted: Wanted) -> CommandTaken:
        row = await self._connections.find(caller.scope, account_id)
        for _ in range(_TRIES):
            try:
                command = await self._put(caller, row.id, wanted)
            except ConflictError:
                continue
            async with self._lock(account_id):
                return await self._carried_out(caller.scope, row, command)
        raise AccountError("work.busy", "Too many trade on this account at once. Try again.", retry_after_s=1.0)

    async def _put(self, caller: Caller, account_id: UUID, wanted: Wanted) -> Command:
        """Write down what is not judged, behind the newest command."""
        async with self._on.database.writing(caller.scope) as session:
            await self._gate.check(session, caller.who, _ask_of(account_id, wanted))
            _check_open(await connection_in(session, account_id))
            last = await last_command(session, account_id)
            number, earliest_ns = (0, 0) if last is None else (last.number, last.time_ns)
            time_ns = max(earliest_ns, self._on.clock.now_ns())
            command = Command(number=number + 1, id=str(new_id()), time_ns=time_ns, wanted=wanted)
            await add_command(session, caller, account_id, command)
            details: dict[str, Detail] = {"account": str(account_id), "intent": command.id}
            told = details | ({"flatten": wanted.flatten} if wanted.kind == "halt" else {})
            await record(session, self._on, f"trading.{wanted.kind}", details=told, personal={"reason": wanted.reason})
        return command

    async def _written(self, caller: Caller, row: sa.Row[Any], wanted: Wanted) -> Command:
        for _ in range(_TRIES):
            told, final = await self._judged(caller.scope, row, wanted)
            command = Command(number=told.taken + 1, id=str(new_id()), time_ns=told.time_ns, wanted=final)
            try:
                if await self._write(caller, row.id, command):
                    return command
            except ConflictError:
                continue
        raise AccountError("work.busy", "Too many trade on this account at once. Try again.", retry_after_s=1.0)

    async def _judged(self, scope: Scope, row: sa.Row[Any], wanted: Wanted) -> tuple[AccountTold, Wanted]:
        """Say how the account stands, and with which volume an opening goes there."""
        if wanted.kind != "place":
            return await self._ask(scope, row, None), wanted
        told, preview = await self._considered(scope, row, wanted)
        if not preview.allowed:
            reasons = " ".join(f"{each.rule}: {each.reason}" for each in preview.verdicts if not each.allowed)
            raise AccountError("order.refused", f"The limits of this account refuse the order. {reasons}")
        return told, msgspec.structs.replace(wanted, volume_lots=preview.volume_lots, risk_fraction=0.0)

    async def _considered(self, scope: Scope, row: sa.Row[Any], wanted: Wanted) -> tuple[AccountTold, Preview]:
        if bool(wanted.volume_lots) == bool(wanted.risk_fraction):
            raise AccountError("order.wrong", "Give volume_lots, or risk_fraction to size by: one of the two.")
        try:
            told = await self._ask(scope, row, wanted)
        except (ConfigError, TradingError) as problem:
            raise AccountError("order.wrong", str(problem)) from problem
        if told.preview is None:
            raise ConfigError("A process that reckons accounts gave no preview where one was asked for.")
        return told, told.preview

    async def _check(self, caller: Caller, account_id: UUID, wanted: Wanted) -> None:
        """Ask the gate before anything is reckoned."""
        async with self._on.database.reading(caller.scope) as session:
            await self._gate.check(session, caller.who, _ask_of(account_id, wanted))

    async def _write(self, caller: Caller, account_id: UUID, command: Command) -> bool:
        """Write a command down; False where that took so long that the account has to be looked at again."""
        async with self._on.database.writing(caller.scope) as session:
            await self._gate.check(session, caller.who, _ask_of(account_id, command.wanted))
            _check_open(await connection_in(session, account_id))
            if self._on.clock.now_ns() - command.time_ns > _STALE_NS:
                return False
            await add_command(session, caller, account_id, command)
            await record(session, self._on, f"order.{command.wanted.kind}", details=_details(account_id, command))
        return True

    async def _carried_out(self, scope: Scope, row: sa.Row[Any], command: Command) -> CommandTaken:
        """Carry out what was written down; where that fails now, whoever looks at the account next does it."""
        intent = UUID(command.id)
        try:
            told = await self._ask(scope, row, None)
        except ForexAIError as problem:
            return CommandTaken(intent=intent, state="recorded", order=None, problem=str(problem))
        outcome = next((each for each in told.outcomes if each.id == command.id), None)
        if outcome is None:
            return CommandTaken(intent=intent, state="recorded", order=None, problem="")
        if outcome.problem:
            return CommandTaken(intent=intent, state="refused", order=None, problem=outcome.problem)
        return CommandTaken(intent=intent, state="taken", order=str(outcome.order), problem="")

    async def _ask(self, scope: Scope, row: sa.Row[Any], wanted: Wanted | None, **shown: int) -> AccountTold:
        """Have an account reckoned with all of its commands; the process is sent those that it does not have."""
        now_ns = self._on.clock.now_ns() if row.archived_ns is None else row.archived_ns
        after = self._known.get(row.id, 0)
        for _ in range(_TRIES):
            asked = AccountAsked(
                session=session_name(row.tenant_id, row.id),
                terms=terms_of(row),
                after=after,
                commands=await commands_after(self._on.database, scope, row.id, after),
                now_ns=now_ns,
                wanted=wanted,
                **shown,
            )
            answer = await self._bench.ask("trading.asked", msgspec.msgpack.encode(asked))
            told = msgspec.msgpack.decode(answer, type=AccountTold)
            after = self._known[row.id] = told.taken
            if not told.behind:
                return told
        raise AccountError("work.busy", "This account could not be reckoned now. Try again.", retry_after_s=1.0)

    def _lock(self, account_id: UUID) -> asyncio.Lock:
        return self._locks.setdefault(account_id, asyncio.Lock())


def _ask_of(account_id: UUID, wanted: Wanted) -> Ask:
    """Ask as what a command is: closing, cancelling, and moving a stop or a target protect; all else may open."""
    if wanted.kind in _STANDING:
        return Ask(permission=_STANDING[wanted.kind], account_id=account_id)
    reduces = wanted.kind in {"close", "cancel"} or (wanted.kind == "modify" and wanted.price is None)
    return Ask(permission=_PERMISSION, account_id=account_id, live=False, reduces=reduces)


def _check_open(row: sa.Row[Any]) -> None:
    if row.archived_ns is not None:
        raise AccountError("account.archived", "This account was archived: nothing trades on it any more.")


def _details(account_id: UUID, command: Command) -> dict[str, Detail]:
    wanted = command.wanted
    told: dict[str, Detail] = {"account": str(account_id), "intent": command.id}
    if wanted.kind == "place":
        return told | {"symbol": wanted.symbol, "side": wanted.side, "lots": f"{wanted.volume_lots:g}"}
    return told | {"ticket": str(wanted.ticket)}
