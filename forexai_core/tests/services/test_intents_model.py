"""Order intents against a small model, over any sequence of calls, restarts and take-overs."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from forexai_core.errors import ConfigError, ConflictError, FencedError, NotFoundError
from forexai_core.ports.intents import SETTLED, IntentDraft, IntentState, Resolution
from forexai_core.ports.leases import Fence
from forexai_core.services.clocks import ManualClock
from forexai_core.services.intents import SqliteIntents
from forexai_core.services.sqlite import Database

ACCOUNTS = ("main", "other")
STEPS = {  # written out, not taken from the port
    "recorded": {"sent", "resolved"},
    "sent": {"acknowledged", "filled", "rejected", "unknown"},
    "acknowledged": {"filled", "rejected", "unknown", "resolved"},
    "unknown": {"acknowledged", "resolved"},
    "filled": set(),
    "rejected": set(),
    IntentState.RESOLVED: set(),
}
numbers = st.integers(0, 3)
details = st.sampled_from([b"", b"deal"])


@attrs.define
class Known:
    draft: IntentDraft
    state: str = "recorded"
    detail: bytes = b""
    resolution: Resolution | None = None
    steps: int = 1
    sends: int = 0


class IntentsMachine(RuleBasedStateMachine):
    """Every answer of the store is the one that the model expects."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.known: dict[str, Known] = {}
        self.newest: dict[str, int] = dict.fromkeys(ACCOUNTS, 0)
        self.open()

    def open(self):
        self.store = SqliteIntents(Database(Path(self.folder.name) / "state.sqlite3"), ManualClock(1))

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def call(self, work):
        """Return what the store answers, or the kind of error that it raises."""
        try:
            return asyncio.run(work)
        except (ConfigError, ConflictError, FencedError, NotFoundError) as error:
            return type(error)

    def fence(self, account, number):
        return Fence(resource=f"account:{account}", epoch=1, number=number + 1)

    def admitted(self, account, number):
        if number + 1 < self.newest[account]:
            return False
        self.newest[account] = number + 1
        return True

    @rule()
    def restart(self):
        self.store.close()
        self.open()

    @rule(account=st.sampled_from(ACCOUNTS), number=numbers)
    def take(self, account, number):
        got = self.call(self.store.take(account, self.fence(account, number)))
        assert got is (None if self.admitted(account, number) else FencedError)

    @rule(
        which=numbers,
        tag=numbers,
        account=st.sampled_from(ACCOUNTS),
        number=numbers,
        body=details,
        sending=st.booleans(),
    )
    def record(self, *, which, tag, account, number, body, sending):
        draft = IntentDraft(id=f"i{which}", account=account, tag=f"t{tag}", magic=1, request=body)
        fence = self.fence(account, number)
        recording = self.store.record_sent(draft, fence=fence, detail=b"out") if sending else None
        got = self.call(recording or self.store.record(draft, fence=fence))
        before = dict(self.newest)
        if not self.admitted(account, number):
            assert got is FencedError
            return
        known = self.known.get(draft.id)
        used = any((k.draft.account, k.draft.tag) == (account, draft.tag) for k in self.known.values())
        sent_before = sending and known is not None and known.state != "recorded"
        if (known is not None and known.draft != draft) or (known is None and used) or sent_before:
            assert got is ConflictError
            self.newest = before  # a refused change leaves nothing, not even its token
            return
        known = self.known.setdefault(draft.id, Known(draft))
        if sending:
            known.state, known.detail = "sent", b"out"
            known.steps += 1
            known.sends += 1
        assert (got.draft, got.state, got.detail) == (draft, known.state, known.detail)

    @rule(
        which=numbers,
        state=st.sampled_from(list(IntentState)),
        number=numbers,
        detail=details,
        resolution=st.sampled_from([None, *Resolution]),
    )
    def advance(self, which, state, number, detail, resolution):
        self.step(f"i{which}", state, number, detail, resolution)

    @rule(which=numbers, choice=st.integers(0, 9), detail=details)
    def advance_legally(self, which, choice, detail):
        known = self.known.get(f"i{which}")
        following = sorted(STEPS[known.state]) if known else []
        if not following:
            return
        state = IntentState(following[choice % len(following)])
        resolution = None
        if state is IntentState.RESOLVED:
            resolution = Resolution.ABANDONED if known.state == "recorded" else Resolution.ABSENT
        self.step(f"i{which}", state, self.newest[known.draft.account] - 1, detail, resolution)

    def step(self, intent_id, state, number, detail, resolution):
        known = self.known.get(intent_id)
        account = known.draft.account if known else "main"
        got = self.call(
            self.store.advance(
                intent_id, state, fence=self.fence(account, number), detail=detail, resolution=resolution
            )
        )
        if known is None:
            assert got is NotFoundError
            return
        before = dict(self.newest)
        if not self.admitted(account, number):
            assert got is FencedError
            return
        expected = self.expected(known, state, detail, resolution)
        if expected is not None:
            assert got is expected
            self.newest = before
            return
        if (known.state, known.detail, known.resolution) != (state, detail, resolution):
            known.state, known.detail, known.resolution = str(state), detail, resolution
            known.steps += 1
            known.sends += state == "sent"
        assert (got.state, got.detail, got.resolution) == (known.state, known.detail, known.resolution)

    def expected(self, known, state, detail, resolution):
        """Return the error that a step must raise, or None."""
        if state != "sent" and (known.state, known.detail, known.resolution) == (state, detail, resolution):
            return None
        if str(state) not in STEPS[known.state]:
            return ConflictError
        if (state == "resolved") != (resolution is not None):
            return ConfigError
        if resolution is not None and (resolution == "abandoned") != (known.state == "recorded"):
            return ConfigError
        return None

    @invariant()
    def agrees(self):
        if not hasattr(self, "store"):
            return
        for intent_id, known in self.known.items():
            intent = asyncio.run(self.store.get(intent_id))
            assert (intent.draft, intent.state, intent.detail) == (known.draft, known.state, known.detail)
            history = asyncio.run(self.store.history(intent_id))
            assert len(history) == known.steps
            assert sum(step.state == "sent" for step in history) == known.sends <= 1
        for account in ACCOUNTS:
            unsettled = {intent.draft.id for intent in asyncio.run(self.store.unsettled(account))}
            assert unsettled == {
                name
                for name, known in self.known.items()
                if known.draft.account == account and known.state not in SETTLED
            }


TestIntents = IntentsMachine.TestCase
TestIntents.settings = settings(max_examples=40, stateful_step_count=30)
