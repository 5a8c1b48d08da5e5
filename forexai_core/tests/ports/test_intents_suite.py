"""The suite of order intents catches each broken rule."""

from __future__ import annotations

import attrs
import pytest
from ports.proofs import Apart, Proof, all_rules_proven, prove

from forexai_core.errors import ConflictError, FencedError, NotFoundError
from forexai_core.ports.intents import SETTLED, IntentState, Resolution
from forexai_core.services.clocks import ManualClock
from forexai_core.services.intents import SqliteIntents
from forexai_core.services.sqlite import Database
from forexai_core.testing.ports.intents import IntentsSuite


def execute(store, statement, *values):
    return store._database.write(lambda connection: connection.execute(statement, values).fetchall())


async def in_two_steps(store, draft, *, fence, detail=b""):
    """Record and send as two changes, each by the rules of the store."""
    await store.record(draft, fence=fence)
    return await store.advance(draft.id, IntentState.SENT, fence=fence, detail=detail)


class CutsRequests(SqliteIntents):
    async def record(self, draft, *, fence):
        return await super().record(attrs.evolve(draft, request=draft.request[:10]), fence=fence)


class RecordingBeginsAnew(SqliteIntents):
    async def record(self, draft, *, fence):
        await execute(self, "UPDATE intents SET state = 'recorded', resolution = NULL WHERE id = ?", draft.id)
        return await super().record(draft, fence=fence)


class RecordingAgainIsAnError(SqliteIntents):
    async def record(self, draft, *, fence):
        try:
            await self.get(draft.id)
        except NotFoundError:
            return await super().record(draft, fence=fence)
        raise ConflictError("there is one")


class SendsWithoutADetail(SqliteIntents):
    async def record_sent(self, draft, *, fence, detail=b""):
        return await super().record_sent(draft, fence=fence)


class SendsWithoutRecording(SqliteIntents):
    """Keeps no step of the recording."""

    async def record_sent(self, draft, *, fence, detail=b""):
        intent = await super().record_sent(draft, fence=fence, detail=detail)
        await execute(self, "DELETE FROM intent_steps WHERE intent = ? AND state = 'recorded'", draft.id)
        return intent


class RecordsOnly(SqliteIntents):
    async def record_sent(self, draft, *, fence, detail=b""):
        return await self.record(draft, fence=fence)


class RefusesWhatIsRecorded(SqliteIntents):
    async def record_sent(self, draft, *, fence, detail=b""):
        try:
            await self.get(draft.id)
        except NotFoundError:
            return await super().record_sent(draft, fence=fence, detail=detail)
        raise ConflictError("there is one")


class RecordsSentOnesAnew(SqliteIntents):
    async def record_sent(self, draft, *, fence, detail=b""):
        await execute(self, "UPDATE intents SET recorded_at_ns = 99 WHERE id = ?", draft.id)
        return await super().record_sent(draft, fence=fence, detail=detail)


class SendsTheSettledAgain(SqliteIntents):
    async def record_sent(self, draft, *, fence, detail=b""):
        await execute(self, "UPDATE intents SET state = 'recorded', resolution = NULL WHERE id = ?", draft.id)
        return await super().record_sent(draft, fence=fence, detail=detail)


class AnybodyMaySend(SqliteIntents):
    async def record_sent(self, draft, *, fence, detail=b""):
        known = await self.record(draft, fence=fence)
        return known if known.state is IntentState.SENT else await in_two_steps(self, draft, fence=fence, detail=detail)


class SendsAnyDraft(SqliteIntents):
    async def record_sent(self, draft, *, fence, detail=b""):
        try:
            known = await self.get(draft.id)
        except NotFoundError:
            return await super().record_sent(draft, fence=fence, detail=detail)
        return await super().record_sent(known.draft, fence=fence, detail=detail)


class SendsWithTagsMadeUnique(SqliteIntents):
    async def record_sent(self, draft, *, fence, detail=b""):
        try:
            return await super().record_sent(draft, fence=fence, detail=detail)
        except ConflictError:
            if draft.id == "intent-1":
                raise
            return await super().record_sent(attrs.evolve(draft, tag=f"{draft.tag}x"), fence=fence, detail=detail)


class SendsWithAnyToken(SqliteIntents):
    async def record_sent(self, draft, *, fence, detail=b""):
        newest = attrs.evolve(fence, resource="account:main", number=2)
        return await super().record_sent(draft, fence=newest, detail=detail)


class AnyDraftWillDo(SqliteIntents):
    async def record(self, draft, *, fence):
        try:
            return await self.get(draft.id)
        except NotFoundError:
            return await super().record(draft, fence=fence)


class MakesTagsUnique(SqliteIntents):
    async def record(self, draft, *, fence):
        try:
            return await super().record(draft, fence=fence)
        except ConflictError:
            if draft.id == "intent-1":
                raise
            return await super().record(attrs.evolve(draft, tag=f"{draft.tag}x"), fence=fence)


class GoesAnywhere(SqliteIntents):
    async def advance(self, intent_id, state, *, fence, detail=b"", resolution=None):
        await self.get(intent_id)
        await execute(self, "UPDATE intents SET state = ?, detail = ? WHERE id = ?", state, detail, intent_id)
        return await self.get(intent_id)


class NeverWorksAgain(SqliteIntents):
    """Refuses a legal step: an unknown order that is found working."""

    async def advance(self, intent_id, state, **terms):
        if state is IntentState.ACKNOWLEDGED and (await self.get(intent_id)).state is IntentState.UNKNOWN:
            raise ConflictError("no")
        return await super().advance(intent_id, state, **terms)


class SendingAgainIsNoChange(SqliteIntents):
    async def advance(self, intent_id, state, **terms):
        intent = await self.get(intent_id)
        if state is intent.state is IntentState.SENT:
            return intent
        return await super().advance(intent_id, state, **terms)


class TheLastAnswerCounts(SqliteIntents):
    async def advance(self, intent_id, state, *, detail=b"", resolution=None, **terms):
        if (await self.get(intent_id)).state is state is not IntentState.SENT:
            await execute(
                self,
                "UPDATE intents SET detail = ?, resolution = ? WHERE id = ?",
                detail,
                resolution,
                intent_id,
            )
        return await super().advance(intent_id, state, detail=detail, resolution=resolution, **terms)


class ARepeatedAnswerIsASecondStep(SqliteIntents):
    async def advance(self, intent_id, state, **terms):
        same = (await self.get(intent_id)).state is state
        intent = await super().advance(intent_id, state, **terms)
        if same:
            await execute(
                self,
                "INSERT INTO intent_steps (intent, state, detail, time_ns, resource, epoch, number) "
                "SELECT intent, state, detail, time_ns, resource, epoch, number FROM intent_steps LIMIT 1",
            )
        return intent


class ResolvesSomehow(SqliteIntents):
    async def advance(self, intent_id, state, *, resolution=None, **terms):
        if state is IntentState.RESOLVED:
            never_sent = (await self.get(intent_id)).state is IntentState.RECORDED
            resolution = Resolution.ABANDONED if never_sent else resolution or Resolution.ABSENT
        return await super().advance(intent_id, state, resolution=resolution, **terms)


class AnyToken(SqliteIntents):
    async def take(self, account, fence):
        await super().take(account, attrs.evolve(fence, number=99))

    async def record(self, draft, *, fence):
        return await super().record(draft, fence=attrs.evolve(fence, number=99))

    async def advance(self, intent_id, state, *, fence, **terms):
        return await super().advance(intent_id, state, fence=attrs.evolve(fence, number=99), **terms)


class RecordingChecksTokensOnly(SqliteIntents):
    async def advance(self, intent_id, state, *, fence, **terms):
        return await super().advance(intent_id, state, fence=attrs.evolve(fence, number=99), **terms)


class WritesBeforeItLooks(SqliteIntents):
    async def advance(self, intent_id, state, **terms):
        try:
            return await super().advance(intent_id, state, **terms)
        except FencedError:
            await execute(self, "UPDATE intents SET state = ? WHERE id = ?", state, intent_id)
            raise


class ForgetsTakeOvers(SqliteIntents):
    async def take(self, account, fence):
        return None


class AnyResource(SqliteIntents):
    async def record(self, draft, *, fence):
        return await super().record(draft, fence=attrs.evolve(fence, resource="any"))

    async def advance(self, intent_id, state, *, fence, **terms):
        return await super().advance(intent_id, state, fence=attrs.evolve(fence, resource="any"), **terms)


class ListsTheSettledToo(SqliteIntents):
    async def unsettled(self, account):
        settled = await execute(self, "SELECT id FROM intents WHERE account = ?", account)
        return [await self.get(row[0]) for row in settled]


class ListsBackwards(SqliteIntents):
    async def unsettled(self, account):
        return (await super().unsettled(account))[::-1]


class ForgetsTheUnknown(SqliteIntents):
    async def unsettled(self, account):
        forgotten = {*SETTLED, IntentState.UNKNOWN}
        return [intent for intent in await super().unsettled(account) if intent.state not in forgotten]


class FindsTheLivingOnly(SqliteIntents):
    async def marked(self, account, magic):
        return [intent for intent in await super().marked(account, magic) if intent.state not in SETTLED]


class FindsForAnybody(SqliteIntents):
    async def marked(self, account, magic):
        return [*await super().marked(account, magic), *await super().marked("other", magic)]


class GivesTheFirst(SqliteIntents):
    async def latest(self, account, count):
        return (await super().latest(account, 1_000))[:count]


class GivesTheLatestFirst(SqliteIntents):
    async def latest(self, account, count):
        return (await super().latest(account, count))[::-1]


class GivesTheLivingOnly(SqliteIntents):
    async def latest(self, account, count):
        return [intent for intent in await super().latest(account, count) if intent.state not in SETTLED]


class KeepsTheLastStep(SqliteIntents):
    async def history(self, intent_id):
        return (await super().history(intent_id))[-1:]


class ForgetsWhoDidIt(SqliteIntents):
    async def history(self, intent_id):
        steps = await super().history(intent_id)
        return [attrs.evolve(step, fence=steps[0].fence) for step in steps]


class NoneWhenMissing(SqliteIntents):
    async def get(self, intent_id):
        try:
            return await super().get(intent_id)
        except NotFoundError:
            return None


class NoStepsWhenMissing(SqliteIntents):
    async def history(self, intent_id):
        try:
            return await super().history(intent_id)
        except NotFoundError:
            return []


def intents(kind, *, apart=False):
    def fixtures():
        clock = ManualClock(1)
        store = kind(Database(None), clock)
        return {"intents": store, "another": Apart(lambda: kind(Database(None), clock)) if apart else (lambda: store)}

    fixtures.__name__ = kind.__name__ + ("Apart" if apart else "")
    return fixtures


INTENTS = [
    Proof("records", intents(CutsRequests)),
    Proof("recording_again_changes_nothing", intents(RecordingBeginsAnew)),
    Proof("recording_again_changes_nothing", intents(RecordingAgainIsAnError)),
    Proof("records_as_sent", intents(SendsWithoutADetail)),
    Proof("records_as_sent", intents(SendsWithoutRecording)),
    Proof("records_as_sent", intents(RecordsOnly)),
    Proof("records_as_sent_what_was_not_sent", intents(RefusesWhatIsRecorded)),
    Proof("records_as_sent_what_was_not_sent", intents(RecordsSentOnesAnew)),
    Proof("records_as_sent_what_was_not_sent", intents(SendsTheSettledAgain)),
    Proof("records_as_sent_once", intents(AnybodyMaySend)),
    Proof("an_id_stands_for_one_draft", intents(AnyDraftWillDo)),
    Proof("an_id_stands_for_one_draft", intents(SendsAnyDraft)),
    Proof("a_tag_marks_one_intent", intents(MakesTagsUnique)),
    Proof("a_tag_marks_one_intent", intents(SendsWithTagsMadeUnique)),
    Proof("takes_legal_steps_only", intents(GoesAnywhere)),
    Proof("takes_legal_steps_only", intents(NeverWorksAgain)),
    Proof("sends_once", intents(SendingAgainIsNoChange)),
    Proof("a_repeated_answer_is_one", intents(TheLastAnswerCounts)),
    Proof("a_repeated_answer_is_one", intents(ARepeatedAnswerIsASecondStep)),
    Proof("a_repeated_resolution_is_one", intents(TheLastAnswerCounts)),
    Proof("resolutions_fit", intents(ResolvesSomehow)),
    Proof("refuses_an_older_token", intents(AnyToken)),
    Proof("refuses_an_older_token", intents(RecordingChecksTokensOnly)),
    Proof("refuses_an_older_token", intents(WritesBeforeItLooks)),
    Proof("refuses_an_older_token", intents(SendsWithAnyToken)),
    Proof("taking_over_shuts_the_older_out", intents(ForgetsTakeOvers)),
    Proof("taking_over_shuts_the_older_out", intents(SendsWithAnyToken)),
    Proof("refuses_the_token_of_another_resource", intents(AnyResource)),
    Proof("refuses_the_token_of_another_resource", intents(SendsWithAnyToken)),
    Proof("lists_what_is_unsettled", intents(ListsTheSettledToo)),
    Proof("lists_what_is_unsettled", intents(ListsBackwards)),
    Proof("lists_what_is_unsettled", intents(ForgetsTheUnknown)),
    Proof("finds_by_magic", intents(FindsTheLivingOnly)),
    Proof("gives_the_latest", intents(GivesTheFirst)),
    Proof("gives_the_latest", intents(GivesTheLatestFirst)),
    Proof("gives_the_latest", intents(GivesTheLivingOnly)),
    Proof("finds_by_magic", intents(FindsForAnybody)),
    Proof("keeps_the_history", intents(KeepsTheLastStep)),
    Proof("keeps_the_history", intents(ForgetsWhoDidIt)),
    Proof("knows_what_is_not_there", intents(NoneWhenMissing)),
    Proof("knows_what_is_not_there", intents(NoStepsWhenMissing)),
    Proof("another_process_sees_it", intents(SqliteIntents, apart=True)),
]


@pytest.mark.parametrize("proof", INTENTS, ids=str)
def test_a_broken_store_of_intents_is_caught(proof, monkeypatch):
    prove(IntentsSuite, intents(SqliteIntents), proof, monkeypatch)


def test_every_rule_of_intents_is_proven():
    all_rules_proven(IntentsSuite, INTENTS)
