"""What every store of order intents has to pass."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import pytest

from forexai_core.errors import ConfigError, ConflictError, FencedError, NotFoundError
from forexai_core.ports.intents import LEGAL, SETTLED, Intent, IntentDraft, Intents, IntentState, Resolution
from forexai_core.ports.leases import Fence
from forexai_core.testing.ports.verdicts import refused, require, soon

__all__ = ["IntentsSuite"]

FIRST = Fence(resource="account:main", epoch=1, number=1)
SECOND = Fence(resource="account:main", epoch=1, number=2)
STRANGER = Fence(resource="account:other", epoch=9, number=9)

_S = IntentState
_PATHS: dict[IntentState, tuple[IntentState, ...]] = {
    _S.RECORDED: (),
    _S.SENT: (_S.SENT,),
    _S.ACKNOWLEDGED: (_S.SENT, _S.ACKNOWLEDGED),
    _S.FILLED: (_S.SENT, _S.FILLED),
    _S.REJECTED: (_S.SENT, _S.REJECTED),
    _S.UNKNOWN: (_S.SENT, _S.UNKNOWN),
    _S.RESOLVED: (_S.SENT, _S.UNKNOWN, _S.RESOLVED),
}


def _draft(number: int = 1, **changes: Any) -> IntentDraft:
    draft = IntentDraft(id=f"intent-{number}", account="main", tag=f"fx{number}", magic=7, request=b"buy %d" % number)
    return attrs.evolve(draft, **changes)


async def _step(intents: Intents, intent: Intent, state: IntentState, detail: bytes = b"") -> Intent:
    never_sent = intent.state is _S.RECORDED
    resolution = (Resolution.ABANDONED if never_sent else Resolution.ABSENT) if state is _S.RESOLVED else None
    return await intents.advance(intent.draft.id, state, fence=FIRST, detail=detail, resolution=resolution)


async def _reach(intents: Intents, state: IntentState, number: int = 1) -> Intent:
    intent = await intents.record(_draft(number), fence=FIRST)
    for following in _PATHS[state]:
        intent = await _step(intents, intent, following)
    return intent


@pytest.mark.asyncio
class IntentsSuite:
    """Rules of `forexai_core.ports.intents.Intents`."""

    @pytest.fixture
    def intents(self) -> Intents:
        """Give an empty store."""
        raise NotImplementedError("Give a fixture 'intents'.")

    @pytest.fixture
    def another(self) -> Callable[[], Intents]:
        """Give a function that opens the same store once more; one in memory may return itself."""
        raise NotImplementedError("Give a fixture 'another'.")

    async def test_records(self, intents: Intents) -> None:
        """An intent comes back as it was drafted."""
        draft = _draft(magic=-(2**63), tag="x" * 31, request=bytes(range(256)))
        intent = await intents.record(draft, fence=FIRST)
        require(intent.draft == draft, "the draft comes back changed")
        require((intent.state, intent.resolution, intent.detail) == (_S.RECORDED, None, b""), f"it begins as {intent}")
        require(intent.request_sha256 == hashlib.sha256(draft.request).hexdigest(), "the request's hash is wrong")
        require(await intents.get(draft.id) == intent, "get() returns another intent than record()")

    async def test_recording_again_changes_nothing(self, intents: Intents) -> None:
        """The same draft is recorded once, and answered with the state that it has reached."""
        for number, state in enumerate(_PATHS, 1):
            intent = await _reach(intents, state, number)
            again = await intents.record(_draft(number), fence=FIRST)
            require(again == intent, f"recording again an intent that is {state} answers {again.state}")
            steps = [step.state for step in await intents.history(intent.draft.id)]
            require(steps == [_S.RECORDED, *_PATHS[state]], f"recording again left steps {steps}")

    async def test_records_as_sent(self, intents: Intents) -> None:
        """An intent that is recorded as sent stands as one that was recorded and then sent, with both steps."""
        draft = _draft(magic=-(2**63), tag="x" * 31, request=bytes(range(256)))
        intent = await intents.record_sent(draft, fence=FIRST, detail=b"to venue")
        require(intent.draft == draft, "the draft comes back changed")
        require((intent.state, intent.resolution, intent.detail) == (_S.SENT, None, b"to venue"), f"it is {intent}")
        require(await intents.get(draft.id) == intent, "get() returns another intent than record_sent()")
        got = [(step.state, step.detail, step.fence) for step in await intents.history(draft.id)]
        require(got == [(_S.RECORDED, b"", FIRST), (_S.SENT, b"to venue", FIRST)], f"the history is {got}")

    async def test_records_as_sent_what_was_not_sent(self, intents: Intents) -> None:
        """What the same draft recorded is sent by it; what may have been sent is refused, whatever came of it."""
        for number, state in enumerate(_PATHS, 1):
            before = await _reach(intents, state, number)
            if state is _S.RECORDED:
                after = await intents.record_sent(_draft(number), fence=FIRST, detail=b"now")
                require((after.state, after.detail) == (_S.SENT, b"now"), f"a recorded intent became {after}")
                require(after.recorded_at_ns == before.recorded_at_ns, "it was recorded a second time")
                steps = [step.state for step in await intents.history(after.draft.id)]
                require(steps == [_S.RECORDED, _S.SENT], f"sending a recorded intent left steps {steps}")
                continue
            with refused(ConflictError, f"recording as sent an intent that is {state}"):
                await intents.record_sent(_draft(number), fence=FIRST)
            require(await intents.get(before.draft.id) == before, f"a refused send changed an intent that is {state}")

    async def test_an_id_stands_for_one_draft(self, intents: Intents) -> None:
        """Another draft under a used id is refused, whatever differs."""
        await intents.record(_draft(), fence=FIRST)
        for changes in ({"request": b"sell"}, {"tag": "other"}, {"magic": 8}):
            with refused(ConflictError, f"another draft under a used id ({changes})"):
                await intents.record(_draft(**changes), fence=FIRST)
            with refused(ConflictError, f"another draft that is sent under a used id ({changes})"):
                await intents.record_sent(_draft(**changes), fence=FIRST)
        intent = await intents.get("intent-1")
        require((intent.draft, intent.state) == (_draft(), _S.RECORDED), "a refused draft changed the intent")

    async def test_a_tag_marks_one_intent(self, intents: Intents) -> None:
        """Magic and tag are unique in an account, since orders are found again by them."""
        await intents.record(_draft(), fence=FIRST)
        with refused(ConflictError, "a second intent with the same magic and tag"):
            await intents.record(_draft(id="intent-2"), fence=FIRST)
        with refused(ConflictError, "a second intent that is sent with the same magic and tag"):
            await intents.record_sent(_draft(id="intent-2"), fence=FIRST)
        with refused(NotFoundError, "getting an intent that was refused"):
            await intents.get("intent-2")
        await intents.record(_draft(id="intent-3", magic=8), fence=FIRST)
        await intents.record(_draft(id="intent-4", account="other"), fence=STRANGER)

    async def test_takes_legal_steps_only(self, intents: Intents) -> None:
        """From each state exactly the steps of LEGAL are possible, and a refused one changes nothing."""
        number = 0
        for state in _PATHS:
            for following in _S:
                number += 1
                intent = await _reach(intents, state, number)
                if following in LEGAL[state]:
                    moved = await _step(intents, intent, following, b"answer")
                    require((moved.state, moved.detail) == (following, b"answer"), f"{state} to {following}: {moved}")
                    continue
                with refused(ConflictError, f"the step from {state} to {following}"):
                    await _step(intents, intent, following, b"answer")
                require(await intents.get(intent.draft.id) == intent, f"a refused step from {state} changed the intent")

    async def test_sends_once(self, intents: Intents, another: Callable[[], Intents]) -> None:
        """Of many who want to send, one may; saying SENT twice is refused, even word for word."""
        await intents.record(_draft(), fence=FIRST)
        stores = [intents, another()]
        calls = [stores[n % 2].advance("intent-1", _S.SENT, fence=FIRST) for n in range(20)]
        results = await soon(asyncio.gather(*calls, return_exceptions=True), "twenty who want to send")
        senders = [result for result in results if isinstance(result, Intent)]
        require(len(senders) == 1, f"{len(senders)} of twenty may send")
        others = [result for result in results if not isinstance(result, Intent)]
        require(all(isinstance(other, ConflictError) for other in others), f"the others got {others}")

    async def test_records_as_sent_once(self, intents: Intents, another: Callable[[], Intents]) -> None:
        """Of many who record the same draft as sent, one may send."""
        stores = [intents, another()]
        calls = [stores[n % 2].record_sent(_draft(), fence=FIRST) for n in range(20)]
        results = await soon(asyncio.gather(*calls, return_exceptions=True), "twenty who record as sent")
        senders = [result for result in results if isinstance(result, Intent)]
        require(len(senders) == 1, f"{len(senders)} of twenty may send")
        others = [result for result in results if not isinstance(result, Intent)]
        require(all(isinstance(other, ConflictError) for other in others), f"the others got {others}")

    async def test_a_repeated_answer_is_one(self, intents: Intents) -> None:
        """The same step with the same detail is no second step; another detail is a contradiction."""
        for number, state in enumerate((_S.ACKNOWLEDGED, _S.FILLED, _S.REJECTED, _S.UNKNOWN), 1):
            sent = await _reach(intents, _S.SENT, number)
            intent = await _step(intents, sent, state, b"deal 1")
            require(await _step(intents, sent, state, b"deal 1") == intent, f"a repeated {state} changed the intent")
            with refused(ConflictError, f"a second {state} with another detail"):
                await _step(intents, sent, state, b"deal 2")
            count = len(await intents.history(intent.draft.id))
            require(count == 3, f"a repeated {state} left {count} steps instead of 3")

    async def test_a_repeated_resolution_is_one(self, intents: Intents) -> None:
        """An intent is not resolved twice in two ways."""
        await _reach(intents, _S.RESOLVED)
        again = await intents.advance("intent-1", _S.RESOLVED, fence=FIRST, resolution=Resolution.ABSENT)
        require(again.resolution is Resolution.ABSENT, "a repeated resolution changed the intent")
        with refused(ConflictError, "resolving again in another way"):
            await intents.advance("intent-1", _S.RESOLVED, fence=FIRST, resolution=Resolution.FILLED)

    async def test_resolutions_fit(self, intents: Intents) -> None:
        """A resolution is given when resolving, only then, and 'abandoned' means never sent."""
        await _reach(intents, _S.RECORDED, 1)
        await _reach(intents, _S.UNKNOWN, 2)
        for intent_id, state, resolution in (
            ("intent-1", _S.RESOLVED, None),
            ("intent-1", _S.RESOLVED, Resolution.FILLED),
            ("intent-1", _S.SENT, Resolution.ABANDONED),
            ("intent-2", _S.RESOLVED, Resolution.ABANDONED),
            ("intent-2", _S.RESOLVED, None),
        ):
            with refused(ConfigError, f"{state} with resolution {resolution}"):
                await intents.advance(intent_id, state, fence=FIRST, resolution=resolution)
        done = await intents.advance("intent-2", _S.RESOLVED, fence=FIRST, resolution=Resolution.FILLED)
        require(done.resolution is Resolution.FILLED, f"the resolution is kept as {done.resolution}")

    async def test_refuses_an_older_token(self, intents: Intents) -> None:
        """After a newer token was used, the older one can neither record nor advance nor take."""
        await intents.record(_draft(1), fence=FIRST)
        await intents.record(_draft(2), fence=SECOND)
        with refused(FencedError, "recording with an older token"):
            await intents.record(_draft(3), fence=FIRST)
        with refused(FencedError, "recording as sent with an older token"):
            await intents.record_sent(_draft(3), fence=FIRST)
        with refused(FencedError, "sending with an older token"):
            await intents.advance("intent-1", _S.SENT, fence=FIRST)
        with refused(FencedError, "taking over with an older token"):
            await intents.take("main", FIRST)
        require((await intents.get("intent-1")).state is _S.RECORDED, "a refused step changed the intent")
        with refused(NotFoundError, "getting an intent that was refused"):
            await intents.get("intent-3")

    async def test_taking_over_shuts_the_older_out(self, intents: Intents, another: Callable[[], Intents]) -> None:
        """A new owner that wrote nothing yet is safe from the old one; in every process."""
        await intents.record(_draft(), fence=FIRST)
        rival = another()
        await rival.take("main", SECOND)
        await rival.take("main", SECOND)
        with refused(FencedError, "sending after a take-over"):
            await intents.advance("intent-1", _S.SENT, fence=FIRST)
        with refused(FencedError, "recording as sent after a take-over"):
            await intents.record_sent(_draft(2), fence=FIRST)
        await rival.advance("intent-1", _S.SENT, fence=SECOND)

    async def test_refuses_the_token_of_another_resource(self, intents: Intents) -> None:
        """An account belongs to one resource; accounts have tokens of their own."""
        await intents.record(_draft(), fence=FIRST)
        with refused(FencedError, "sending with another resource's token"):
            await intents.advance("intent-1", _S.SENT, fence=STRANGER)
        with refused(FencedError, "recording as sent with another resource's token"):
            await intents.record_sent(_draft(4), fence=STRANGER)
        await intents.record(_draft(2, account="other"), fence=STRANGER)
        await intents.record(_draft(3), fence=FIRST)

    async def test_lists_what_is_unsettled(self, intents: Intents) -> None:
        """In the order of recording, of one account, without those in a final state."""
        for number, state in enumerate(_PATHS, 1):
            await _reach(intents, state, number)
        await intents.record(_draft(99, account="other"), fence=STRANGER)
        want = [f"intent-{number}" for number, state in enumerate(_PATHS, 1) if state not in SETTLED]
        got = [intent.draft.id for intent in await intents.unsettled("main")]
        require(got == want, f"unsettled are {got}, not {want}")
        require(list(await intents.unsettled("none")) == [], "an unknown account has unsettled intents")

    async def test_finds_by_magic(self, intents: Intents) -> None:
        """In the order of recording, of one account and magic, settled or not."""
        await _reach(intents, _S.RESOLVED, 1)
        await _reach(intents, _S.ACKNOWLEDGED, 2)
        await intents.record(_draft(3, magic=8), fence=FIRST)
        await intents.record(_draft(4, account="other"), fence=STRANGER)
        got = [intent.draft.id for intent in await intents.marked("main", 7)]
        require(got == ["intent-1", "intent-2"], f"magic 7 of 'main' marks {got}")
        require(list(await intents.marked("main", 9)) == [], "an unused magic marks intents")

    async def test_gives_the_latest(self, intents: Intents) -> None:
        """In the order of recording, of one account, settled or not, so many at most."""
        for number, state in enumerate(_PATHS, 1):
            await _reach(intents, state, number)
        await intents.record(_draft(99, account="other"), fence=STRANGER)
        want = [f"intent-{number}" for number in range(1, len(_PATHS) + 1)]
        for count in (0, 3, len(want), 100):
            got = [intent.draft.id for intent in await intents.latest("main", count)]
            require(got == want[max(0, len(want) - count) :], f"the last {count} are {got}")
        require(list(await intents.latest("none", 5)) == [], "an unknown account has intents")

    async def test_keeps_the_history(self, intents: Intents) -> None:
        """Every step is kept with its detail and token."""
        await intents.record(_draft(), fence=FIRST)
        await intents.advance("intent-1", _S.SENT, fence=FIRST, detail=b"to venue")
        await intents.advance("intent-1", _S.UNKNOWN, fence=FIRST, detail=b"time-out")
        await intents.advance("intent-1", _S.RESOLVED, fence=SECOND, detail=b"deal 5", resolution=Resolution.FILLED)
        got = [(s.state, s.resolution, s.detail, s.fence) for s in await intents.history("intent-1")]
        want: Sequence[object] = [
            (_S.RECORDED, None, b"", FIRST),
            (_S.SENT, None, b"to venue", FIRST),
            (_S.UNKNOWN, None, b"time-out", FIRST),
            (_S.RESOLVED, Resolution.FILLED, b"deal 5", SECOND),
        ]
        require(got == want, f"the history is {got}")

    async def test_knows_what_is_not_there(self, intents: Intents) -> None:
        """An unknown id is an error."""
        with refused(NotFoundError, "getting an unknown intent"):
            await intents.get("none")
        with refused(NotFoundError, "the history of an unknown intent"):
            await intents.history("none")
        with refused(NotFoundError, "advancing an unknown intent"):
            await intents.advance("none", _S.SENT, fence=FIRST)

    async def test_another_process_sees_it(self, intents: Intents, another: Callable[[], Intents]) -> None:
        """What was returned is there for everybody."""
        intent = await _reach(intents, _S.UNKNOWN)
        require(await another().get("intent-1") == intent, "another process sees another intent")
