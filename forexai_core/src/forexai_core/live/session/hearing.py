"""What persons say to the session of an account at a venue: heard within a second, done where nothing forbids it.

A word changes nothing by itself. The session looks at the venue first, and refuses what its cause still speaks against.
What it did, or why not, is written to the account's journal before it is answered; a word that cannot be written down
is not done.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Protocol

from forexai_core.errors import ForexAIError, OrderRefusedError, StorageError
from forexai_core.live.session.account import AccountSession
from forexai_core.ports.clock import Clock
from forexai_core.ports.intents import Resolution
from forexai_core.ports.words import Said, Word, WordKind, Words
from forexai_core.risk.standings import LimitStanding

__all__ = ["Hearing", "Spoken"]

_NS = 1_000_000_000
_EVERY_NS = _NS
_PATIENCE_S = 0.5
_GOOD_FOR_NS = 86_400 * _NS
"""A word that no session heard within a day is not done any more: who said it knew another account."""
_WAITED_FOR_NS = 60 * _NS  # who asks how an account stands does not wait for longer


class Spoken(Protocol):
    """Whom words are said to: an account at a venue on its way."""

    @property
    def session(self) -> AccountSession:
        """The loop's inner part."""
        ...

    @property
    def flat(self) -> bool:
        """Whether nothing is open and nothing works."""
        ...

    async def keep_risk(self) -> None:
        """Write the state of risk down, durably."""
        ...


class Hearing:
    """Hears what is said to an account, and answers it.

    Parameters
    ----------
    account : Spoken
        Whom it is said to.
    words : Words or None
        Where words are kept; None: nobody can say any.
    clock : Clock
        The system's.
    """

    def __init__(self, account: Spoken, words: Words | None, clock: Clock) -> None:
        self._account, self._words, self._clock = account, words, clock
        self._asked_ns: int | None = None

    async def heed(self) -> None:
        """Do what was said since, once a second; where words cannot be read nothing is done, and it is tried again."""
        words, now_ns = self._words, self._clock.monotonic_ns()
        if words is None or (self._asked_ns is not None and now_ns - self._asked_ns < _EVERY_NS):
            return
        self._asked_ns = now_ns
        try:
            async with asyncio.timeout(_PATIENCE_S):
                waiting = await words.waiting(self._account.session.book.account)
        except (StorageError, TimeoutError):
            return
        for said in waiting:
            done, answer = await self._answered(said)
            try:
                await words.answer(said.number, done=done, answer=answer, time_ns=self._clock.now_ns())
            except StorageError:
                return  # asked again, it is refused, since it is done

    async def _answered(self, said: Said) -> tuple[bool, str]:
        word = said.word
        age_ns = abs(self._clock.now_ns() - word.time_ns)
        if word.kind is WordKind.SHOW and age_ns > _WAITED_FOR_NS:
            return False, "Whoever asked is gone."
        if word.kind is WordKind.SHOW:
            return True, json.dumps(await self._shown())
        try:
            if age_ns > _GOOD_FOR_NS:
                raise _refused("It was said more than a day ago. Look again, and say it anew.")
            answer = await self._do(word)
        except (ForexAIError, TimeoutError) as problem:
            done, answer = False, str(problem) or "The venue did not answer in time."
        else:
            done = True
        await self._note(said, done=done, answer=answer)
        return done, answer

    async def _note(self, said: Said, *, done: bool, answer: str) -> None:
        word, book = said.word, self._account.session.book
        fields: dict[str, Any] = {
            "what": str(word.kind),
            "subject": word.subject,
            "by": word.by,
            "why": word.reason,
            "said_ns": str(word.time_ns),
            "done": done,
            "answer": answer,
        }
        book.note("notice", self._clock.now_ns(), fields)
        await book.write(durable=True)

    # ------------------------------------------------------------------------------------------------ what is done
    async def _do(self, word: Word) -> str:
        desk = self._account.session.desk
        if not await desk.reconcile():
            raise _refused("The venue cannot be seen, so that nobody knows how the account stands.")
        if word.kind is WordKind.RELEASE:
            return await self._release(word)
        if word.kind is WordKind.DECIDE:
            await desk.decide(word.subject, Resolution(word.verdict), person=word.by)
            return f"Intent {word.subject} is resolved as {word.verdict}."
        return await self._rearm(word)

    async def _release(self, word: Word) -> str:
        desk = self._account.session.desk
        reason = desk.blocks.held.get(word.subject)
        if reason is None:
            raise _refused(f"Nothing is halted under the name '{word.subject}'.")
        if desk.halted_ns(word.subject) > word.time_ns:
            raise _refused("It was halted once more after this was said. Look again, and say it anew.")
        cause = await desk.standing_cause(word.subject)
        if cause:
            raise _refused(f"Its cause persists: {cause}")
        await desk.release(person=word.by, names=(word.subject,))
        return f"Released: {reason}"

    async def _rearm(self, word: Word) -> str:
        """Arm a limit, durably or not at all."""
        account, rule = self._account, word.subject
        control = account.session.screening.control
        if control.watch.must_be_flat and not account.flat:
            raise _refused("The account is not flat yet: something is being closed, or nobody knows what became of it.")
        standing = next((each for each in self._broken() if each.rule == rule), None)
        if standing is not None and standing.distance < 0:
            raise _refused(
                f"Its cause persists: the equity is {-standing.distance:.2f} below the floor of {standing.floor:.2f}: "
                "the next price would break the limit anew."
            )
        if standing is not None and standing.broken_ns > word.time_ns:
            raise _refused("It was broken once more after this was said. Look again, and say it anew.")
        control.rearm(rule, by=word.by, reason=word.reason, time_ns=self._clock.now_ns())
        try:
            await account.keep_risk()
        except BaseException:  # a limit that is not armed on the disk is not armed
            control.watch.marks[rule].broken_ns = 0 if standing is None else standing.broken_ns
            raise
        return f"The limit '{rule}' is armed again."

    # ------------------------------------------------------------------------------------------------ what is shown
    async def _shown(self) -> Mapping[str, Any]:
        account, desk = self._account, self._account.session.desk
        seen = await desk.reconcile()
        snapshot = desk.snapshot
        return {
            "halts": dict(desk.blocks.held),
            "unknown": {name: desk.told_of(name) for name in desk.unknown},
            "broken": {each.rule: f"equity {each.distance:+.2f} from its floor" for each in self._broken()},
            "seen": seen,
            "positions": []
            if snapshot is None
            else [
                f"{each.position}: {each.side * each.volume_lots:+g} {each.symbol} at {each.open_price:g}"
                for each in snapshot.positions
            ],
            "orders": []
            if snapshot is None
            else [
                f"{each.order}: {each.side * each.left_lots:+g} {each.symbol} {each.request.kind}"
                for each in snapshot.orders
            ],
            "flat": account.flat,
        }

    def _broken(self) -> list[LimitStanding]:
        return [each for each in self._account.session.screening.control.report().limits if each.broken_ns]


def _refused(why: str) -> OrderRefusedError:
    return OrderRefusedError(why, rule="person")
