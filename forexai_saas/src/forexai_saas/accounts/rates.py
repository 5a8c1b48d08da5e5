"""Limits of attempts that hold across processes and restarts."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forexai_core.ports.clock import Clock
from forexai_saas.errors import AccountError
from forexai_saas.storage.database import Database, Session
from forexai_saas.storage.scopes import NOBODY
from forexai_saas.storage.tables import rate_counters

__all__ = ["RateLimits", "Rule"]

_NS = 1_000_000_000


@attrs.frozen(kw_only=True)
class Rule:
    """So many attempts in a span, refilled evenly.

    Attributes
    ----------
    name : str
        Of what is limited.
    attempts : int
        How many may come at once.
    span_s : float
        In which as many come back.
    """

    name: str
    attempts: int = attrs.field(validator=attrs.validators.ge(1))
    span_s: float = attrs.field(validator=attrs.validators.gt(0))

    @property
    def cost_ns(self) -> int:
        """How long one attempt takes to come back."""
        return round(self.span_s * _NS / self.attempts)


@final
class RateLimits:
    """Counts attempts in the database; each counts, whatever becomes of it.

    One row a bucket holds the time at which all its attempts will have come back (the generic cell rate algorithm,
    ITU-T I.371), changed in one statement, so no two processes ever take the same attempt.

    Parameters
    ----------
    database : Database
        Of the application.
    clock : Clock
        What time it is.
    key : bytes
        Buckets are named by a keyed hash, so that the table tells nobody whose they are.
    """

    def __init__(self, database: Database, clock: Clock, key: bytes) -> None:
        self._database = database
        self._clock = clock
        self._key = key

    async def take(self, *asked: tuple[Rule, str]) -> None:
        """Take one attempt from each bucket.

        Parameters
        ----------
        asked : tuples of Rule and str
            The rule, and whom it counts: a mail address, a network address, a person.

        Raises
        ------
        AccountError
            If one of them has no attempt left, with the time until one has. The attempts of the others are spent.
        """
        now_ns = self._clock.now_ns()
        wait_ns = 0
        async with self._database.writing(NOBODY) as session:
            # In one order for all, so that two who take from the same buckets do not wait for each other.
            for bucket, rule in sorted((self._bucket(rule, subject), rule) for rule, subject in asked):
                wait_ns = max(wait_ns, await _take(session, bucket, rule, now_ns))
        if wait_ns:
            wait_s = wait_ns / _NS
            raise AccountError(
                "rate.limited", f"Too many attempts. Try again in {max(1, round(wait_s))} s.", retry_after_s=wait_s
            )

    async def forgive(self, rule: Rule, subject: str) -> None:
        """Give all attempts of a bucket back, as a success does."""
        async with self._database.writing(NOBODY) as session:
            await session.execute(sa.delete(rate_counters).where(rate_counters.c.bucket == self._bucket(rule, subject)))

    async def sweep(self) -> int:
        """Delete buckets that are full again; return how many."""
        async with self._database.writing(NOBODY) as session:
            return await session.changed(sa.delete(rate_counters).where(rate_counters.c.full_ns < self._clock.now_ns()))

    def _bucket(self, rule: Rule, subject: str) -> bytes:
        return hmac.new(self._key, f"{rule.name}|{subject}".encode(), hashlib.sha256).digest()


async def _take(session: Session, bucket: bytes, rule: Rule, now_ns: int) -> int:
    """Take one attempt; return how long to wait where none is left, else 0."""
    column = rate_counters.c.full_ns
    longest_ns = now_ns + rule.cost_ns * rule.attempts
    # A clock that was set back must not lock anybody out for as long as it was wrong: hence the cap.
    filled = sa.case((column < now_ns, now_ns), (column > longest_ns, longest_ns), else_=column) + rule.cost_ns
    insert: Any = (postgresql.insert if session.dialect == "postgresql" else sqlite.insert)(rate_counters)
    taken = insert.values(bucket=bucket, full_ns=now_ns + rule.cost_ns).on_conflict_do_update(
        index_elements=["bucket"], set_={"full_ns": filled}, where=filled <= longest_ns
    )
    if await session.value(taken.returning(column)) is not None:
        return 0
    full_ns: int = await session.value(sa.select(column).where(rate_counters.c.bucket == bucket))
    if full_ns > longest_ns:
        this = sa.update(rate_counters).where(rate_counters.c.bucket == bucket, column > longest_ns)
        await session.execute(this.values(full_ns=longest_ns))
    return max(1, min(full_ns, longest_ns) + rule.cost_ns - longest_ns)
