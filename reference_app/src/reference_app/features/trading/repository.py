"""Rows of commands to paper accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from forexai_saas.storage.database import Database, Session
from forexai_saas.storage.scopes import Scope
from reference_app.features.trading.asked import Command, Wanted
from reference_app.http.callers import Caller
from reference_app.tables import paper_commands

__all__ = ["add_command", "commands_after", "last_command"]


async def commands_after(database: Database, scope: Scope, account_id: UUID, number: int) -> tuple[Command, ...]:
    """Give an account's commands after one of them, in their order."""
    theirs = sa.and_(paper_commands.c.account_id == account_id, paper_commands.c.number > number)
    wanted = sa.select(paper_commands).where(theirs).order_by(paper_commands.c.number)
    async with database.reading(scope) as session:
        return tuple(map(_command, await session.rows(wanted)))


def _command(row: sa.Row[Any]) -> Command:
    wanted = msgspec.convert(row.wanted, Wanted)
    return Command(number=row.number, id=str(row.id), time_ns=row.time_ns, wanted=wanted)


async def last_command(session: Session, account_id: UUID) -> Command | None:
    """Give an account's newest command; None where there is none."""
    theirs = paper_commands.c.account_id == account_id
    newest = sa.select(paper_commands).where(theirs).order_by(paper_commands.c.number.desc()).limit(1)
    row = await session.first(newest)
    return None if row is None else _command(row)


async def add_command(session: Session, caller: Caller, account_id: UUID, command: Command) -> None:
    """Write a command down.

    Raises
    ------
    ConflictError
        If another one has its number.
    """
    row = {
        "account_id": account_id,
        "number": command.number,
        "id": UUID(command.id),
        "time_ns": command.time_ns,
        "wanted": msgspec.to_builtins(command.wanted),
        "user_id": caller.user_id,
        "key_id": caller.key_id,
    }
    await session.execute(sa.insert(paper_commands).values(**row))
