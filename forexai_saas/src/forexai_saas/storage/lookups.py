"""The look-ups that come before anybody is known: each is listed here, takes one value and answers with keys alone.

On PostgreSQL they are SECURITY DEFINER functions, and the only way by which the application's role learns anything of
rows that are not of its transaction's tenant or person. SQLite has neither roles nor such functions; there the same
statements run on a connection of their own that nothing else uses.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, final
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from forexai_saas.storage.database import Database
from forexai_saas.storage.engines import DatabaseSettings, make_engine
from forexai_saas.storage.scopes import NOBODY
from forexai_saas.storage.tables import (
    api_keys,
    audit_people,
    impersonations,
    invitations,
    mail_tokens,
    mails,
    memberships,
    refresh_tokens,
    sessions,
    tenants,
    users,
)

__all__ = ["LOOKUPS", "Lookup", "Lookups"]

_GIVEN = "given"


@attrs.frozen(kw_only=True)
class Lookup:
    """One look-up.

    Attributes
    ----------
    argument : str
        SQL type of what it takes.
    answer : sqlalchemy.Select
        Its rows: keys and nothing else.
    """

    argument: str
    answer: sa.Select[Any]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the keys."""
        return tuple(column.name for column in self.answer.selected_columns)

    def function(self, name: str) -> str:
        """Write it as a function of PostgreSQL."""
        body = str(self.answer.compile(dialect=postgresql.dialect(paramstyle="named")))  # type: ignore[no-untyped-call]
        returned = ", ".join(f"{column} uuid" for column in self.columns)
        # No table of a caller's own schema is taken for ours. `app.listed` opens the owner's policy, which is for the
        # owner alone, so that it matters to nobody else if it stays on until the transaction's end.
        return (
            f"CREATE OR REPLACE FUNCTION {name}({self.argument}) RETURNS TABLE({returned}) LANGUAGE plpgsql "
            f"SECURITY DEFINER SET search_path = public, pg_temp AS $$\n#variable_conflict use_column\nBEGIN\n"
            f"PERFORM set_config('app.listed', 'on', true);\n"
            f"RETURN QUERY {body.replace(f':{_GIVEN}', '$1')};\n"
            f"PERFORM set_config('app.listed', '', true);\nEND $$"
        )


def _by_hash(table: sa.Table, hashed: str, *keys: str) -> Lookup:
    answer = sa.select(*(table.c[key] for key in keys)).where(table.c[hashed] == sa.bindparam(_GIVEN))
    return Lookup(argument="bytea", answer=answer)


def _after(table: sa.Table) -> Lookup:
    """List keys of rows after one, in their order: a page of 200, and one more."""
    chosen = sa.select(table.c.id).where(table.c.id > sa.bindparam(_GIVEN)).order_by(table.c.id)
    return Lookup(argument="uuid", answer=chosen.limit(sa.literal_column("201")))


LOOKUPS = MappingProxyType(
    {
        "forexai_user_by_email": Lookup(
            argument="text", answer=sa.select(users.c.id).where(users.c.email == sa.bindparam(_GIVEN))
        ),
        "forexai_session_by_token": _by_hash(sessions, "token_hash", "user_id", "id"),
        "forexai_refresh_by_token": _by_hash(refresh_tokens, "token_hash", "user_id", "id"),
        "forexai_mail_token": _by_hash(mail_tokens, "token_hash", "user_id", "id"),
        "forexai_api_key": _by_hash(api_keys, "key_hash", "tenant_id", "id"),
        "forexai_invitation": _by_hash(invitations, "token_hash", "tenant_id", "id"),
        "forexai_impersonation": _by_hash(impersonations, "token_hash", "tenant_id", "id"),
        "forexai_tenants_of_user": Lookup(
            argument="uuid",
            answer=sa.select(memberships.c.tenant_id).where(memberships.c.user_id == sa.bindparam(_GIVEN)),
        ),
        # The tenant in whose log stands what somebody does as a person: the first that is theirs, else the first.
        "forexai_home_of_user": Lookup(
            argument="uuid",
            answer=sa.select(memberships.c.tenant_id)
            .where(memberships.c.user_id == sa.bindparam(_GIVEN))
            .order_by(sa.literal_column("memberships.role = 'owner'").desc())
            .order_by(memberships.c.created_ns, memberships.c.tenant_id)
            .limit(sa.literal_column("1")),
        ),
        # For administrators alone: keys of everybody, a page at a time; the application asks who asks.
        "forexai_users_after": _after(users),
        "forexai_tenants_after": _after(tenants),
        "forexai_audit_tenants_of_user": Lookup(
            argument="uuid",
            answer=sa.select(audit_people.c.tenant_id).where(audit_people.c.user_id == sa.bindparam(_GIVEN)),
        ),
        "forexai_due_mails": Lookup(
            argument="bigint",
            answer=sa.select(mails.c.user_id, mails.c.id)
            .where(mails.c.state == sa.literal_column("'queued'"), mails.c.due_ns <= sa.bindparam(_GIVEN))
            .order_by(mails.c.due_ns)
            .limit(sa.literal_column("100")),
        ),
    }
)
"""Every look-up by the name of its function."""


@final
class Lookups:
    """Asks the look-ups.

    Parameters
    ----------
    database : Database
        Of the application.
    settings : DatabaseSettings
        Where it is.
    """

    def __init__(self, database: Database, settings: DatabaseSettings) -> None:
        self._database = database
        self._plain = make_engine(settings) if settings.embedded else None

    async def ask(self, name: str, given: str | bytes | int | UUID) -> list[tuple[UUID, ...]]:
        """Give the keys that a look-up finds."""
        lookup = LOOKUPS[name]
        if self._plain is not None:
            async with self._plain.connect() as connection:
                found = (await connection.execute(lookup.answer, {_GIVEN: given})).all()
            return [tuple(row) for row in found]
        function = getattr(sa.func, name)(_typed(given)).table_valued(
            *(sa.column(column, sa.Uuid()) for column in lookup.columns)
        )
        async with self._database.reading(NOBODY) as session:
            return [tuple(row) for row in await session.rows(sa.select(*function.c))]

    async def one(self, name: str, given: str | bytes | int | UUID) -> tuple[UUID, ...] | None:
        """Give the one answer of a look-up by a unique value, or None."""
        found = await self.ask(name, given)
        return found[0] if found else None

    async def close(self) -> None:
        """Close the connection."""
        if self._plain is not None:
            await self._plain.dispose()


def _typed(given: str | bytes | int | UUID) -> sa.BindParameter[Any]:
    kinds: dict[type, sa.types.TypeEngine[Any]] = {
        str: sa.Text(),
        bytes: sa.LargeBinary(),
        int: sa.BigInteger(),
        UUID: sa.Uuid(),
    }
    chosen = next(kind for python, kind in kinds.items() if isinstance(given, python))
    return sa.bindparam(None, given, type_=chosen, unique=True)
