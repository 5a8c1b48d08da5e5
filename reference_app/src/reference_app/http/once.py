"""Requests that are sent again: one that names the same key is answered as the first was, and not done again."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, final

import msgspec
import sqlalchemy as sa
from litestar import Request, Response

from forexai_core.errors import ConflictError, ForexAIError
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.errors import AccountError
from forexai_saas.secrets.vault import Spot
from forexai_saas.storage.scopes import Scope
from reference_app.http.callers import Caller
from reference_app.tables import answers

__all__ = ["KEPT_S", "Once"]

AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)

KEPT_S = 24 * 3_600
"""How long an answer is kept."""

_LONGEST = 255
_UNKEPT = {"Cache-Control": "no-store"}


@final
class Once:
    """Keeps answers by the ``Idempotency-Key`` of a request, sealed, for a day.

    A key is noted before anything is done. Where a request is refused, nothing was done and the key is free again;
    where its process dies, nobody can tell, and the key stays taken: it is never done a second time.

    Parameters
    ----------
    on : Foundation
        Database, clock and vault.
    """

    def __init__(self, on: Foundation) -> None:
        self._on = on

    async def answer(
        self,
        request: Request[Any, Any, Any],
        caller: Caller,
        key: str | None,
        work: Callable[[], Awaitable[AnswerT]],
        kind: type[AnswerT],
        *,
        status: int,
    ) -> Response[AnswerT]:
        """Do some work, or give the answer that it had.

        Parameters
        ----------
        request, caller
            Who asks for what.
        key : str or None
            As it was sent; without one the work is done each time.
        work : callable
            Raises where it is refused.
        kind : type
            Of its answer.
        status : int
            Of the answer.

        Raises
        ------
        AccountError
            If the key came with another request, or the first one has not finished.
        """
        if key is None:
            return Response(await work(), status_code=status, headers=_UNKEPT)
        if not 1 <= len(key) <= _LONGEST or not key.isprintable():
            raise AccountError("idempotency.key", f"An Idempotency-Key has 1 to {_LONGEST} printable characters.")
        name = _hash(f"{caller.user_id}|{caller.key_id}|{key}".encode())
        asked = _hash(f"{request.method} {request.url.path}\n".encode() + await request.body())
        kept = await self._claim(caller.scope, name, asked)
        if kept is not None:
            body = msgspec.json.decode(kept, type=kind)
            return Response(body, status_code=status, headers=_UNKEPT | {"Idempotent-Replayed": "true"})
        try:
            made = await work()
        except ForexAIError:
            await self._free(caller.scope, name)
            raise
        await self._keep(caller.scope, name, status, msgspec.json.encode(made))
        return Response(made, status_code=status, headers=_UNKEPT)

    async def _claim(self, scope: Scope, name: bytes, asked: bytes) -> bytes | None:
        """Note a key; give the answer that is kept of it, or None where the work is to be done now."""
        now_ns = self._on.clock.now_ns()
        try:
            async with self._on.database.writing(scope) as session:
                await session.execute(sa.delete(answers).where(answers.c.created_ns < now_ns - round(KEPT_S * 1e9)))
                await session.execute(sa.insert(answers).values(key_hash=name, asked_hash=asked, created_ns=now_ns))
        except ConflictError:
            return await self._kept(scope, name, asked)
        return None

    async def _kept(self, scope: Scope, name: bytes, asked: bytes) -> bytes:
        async with self._on.database.reading(scope) as session:
            row = await session.first(sa.select(answers).where(answers.c.key_hash == name))
            if row is not None and row.asked_hash != asked:
                raise AccountError(
                    "idempotency.other", "This Idempotency-Key came with another request. Take a new one."
                )
            if row is None or row.sealed_body is None:
                raise AccountError(
                    "idempotency.unfinished",
                    "The first request with this key has not finished, or was cut off. Look whether it took effect.",
                )
            return await self._on.vault.open(session, "tenant", _spot(name), row.sealed_body)

    async def _keep(self, scope: Scope, name: bytes, status: int, body: bytes) -> None:
        async with self._on.database.writing(scope) as session:
            sealed = await self._on.vault.seal(session, "tenant", _spot(name), body)
            this = sa.update(answers).where(answers.c.key_hash == name)
            await session.execute(this.values(status=status, sealed_body=sealed))

    async def _free(self, scope: Scope, name: bytes) -> None:
        async with self._on.database.writing(scope) as session:
            await session.execute(sa.delete(answers).where(answers.c.key_hash == name))


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _spot(name: bytes) -> Spot:
    return Spot("app_answers", name.hex(), "sealed_body")
