"""What persons say to a session at a venue: done where nothing forbids it, refused while a cause persists."""

from __future__ import annotations

import json

import pytest
from live.venue_trading import Trading, Venue, a_spec, a_venue

import forexai_core as fx
from forexai_core.errors import OrderRejectedError, OrderStateUnknownError, RejectionKind, StorageError
from forexai_core.live.session.standing import standing_of
from forexai_core.ports.words import Word
from forexai_core.services.words import SqliteWords
from forexai_core.testing.venues import SimulatedVenue

pytestmark = [pytest.mark.kernels, pytest.mark.asyncio]

LATCHED = {"max_daily_loss_fraction": 0.025, "daily_loss_latch": "person"}


class Moody(Venue):
    """A venue that refuses orders, or whose answers are lost, while it is in a mood."""

    def __init__(self, venue):
        super().__init__(venue)
        self.mood = None

    async def submit(self, request):
        if self.mood is not None:
            raise self.mood
        return await super().submit(request)


HALTED = OrderRejectedError("automatic trading is off", code=10027, kind=RejectionKind.HALTED)
LOST = OrderStateUnknownError("the answer is lost")


class Persons:
    """People who say things to the account of a test, and hear what came of it."""

    def __init__(self, words):
        self.words = words

    async def say(self, trading, kind, subject="", *, verdict="", before_s=0):
        time_ns = trading.clock.now_ns() - before_s * 1_000_000_000
        word = Word(
            kind=kind, account="main", subject=subject, verdict=verdict, by="Ada", reason="reviewed", time_ns=time_ns
        )
        said = await self.words.say(word)
        return await self.answered(trading, said)

    async def answered(self, trading, said):
        for _ in range(100):
            trading.clock.advance_to(trading.clock.now_ns() + 1_100_000_000)
            trading.stirred.clear()
            await trading.until(trading.stirred.is_set)
            said = await self.words.get(said.number)
            if said.answered_ns:
                return said
        raise AssertionError("nobody answers")


@pytest.fixture
def persons(tmp_path):
    words = SqliteWords.of_home(tmp_path / "home")
    yield Persons(words)
    words.close()


def moody():
    return Moody(SimulatedVenue(account=fx.Account(balance=10_000)))


def notices(records, what):
    return [(each["by"], each["subject"], each["done"]) for each in records if each.get("what") == what]


async def test_a_halted_account_is_shown_and_released_by_a_person_who_is_written_down(tmp_path, persons):
    broker = moody()
    async with Trading(broker, tmp_path, words=persons.words) as trading:
        broker.mood = HALTED
        await trading.minutes(6)
        assert trading.run.session.desk.blocks.halted
        broker.mood = None
        shown = json.loads((await persons.say(trading, "show")).answer)
        assert list(shown["halts"]) == ["venue:halted"]
        assert shown["seen"]
        assert not (await persons.say(trading, "release", "venue:halt")).done
        late = await persons.say(trading, "release", "venue:halted", before_s=3_600)
        assert not late.done
        assert "once more" in late.answer
        assert trading.run.session.desk.blocks.halted
        released = await persons.say(trading, "release", "venue:halted")
        assert released.done
        assert "automatic trading is off" in released.answer
        assert not trading.run.session.desk.blocks.halted
        await trading.minutes(6)
        end, records = await trading.end()
    assert broker.venue.deals
    assert not end.halted
    assert notices(records, "release") == [
        ("Ada", "venue:halt", False),
        ("Ada", "venue:halted", False),
        ("Ada", "venue:halted", True),
    ]


async def test_an_unknown_order_is_decided_on_and_its_halt_is_not_released_before(tmp_path, persons):
    broker = moody()
    async with Trading(broker, tmp_path, words=persons.words) as trading:
        desk = trading.run.session.desk
        broker.mood = LOST
        while not desk.unknown:
            await trading.minutes(1)
        (intent,) = desk.unknown
        desk._placing.halt(f"person:{intent}", "It is still unclear.")
        await desk._placing.keep()
        shown = json.loads((await persons.say(trading, "show")).answer)
        assert "tag" in shown["unknown"][intent]
        assert "tag" in (await standing_of(tmp_path, "main"))["unknown"][intent]
        refused = await persons.say(trading, "release", f"person:{intent}")
        assert not refused.done
        assert "decide that first" in refused.answer
        assert not (await persons.say(trading, "decide", "nobody's", verdict="absent")).done
        assert (await persons.say(trading, "decide", intent, verdict="filled")).done
        assert [each.client_id for each in desk.reserved] == [intent]  # it counts until the venue shows it
        assert (await persons.say(trading, "release", f"person:{intent}")).done
        assert desk.unknown == desk.blocks.reasons() == ()
        _, records = await trading.end()
    assert notices(records, "decide")[-1] == ("Ada", intent, True)


async def test_a_broken_limit_is_armed_by_a_person_once_its_cause_is_gone_and_over_a_restart(tmp_path, persons):
    broker, spec = a_venue(), a_spec(risk=LATCHED)
    async with Trading(broker, tmp_path, spec=spec, words=persons.words) as trading:
        while not broker.venue.positions:
            await trading.minutes(1)
        broker.venue.balance -= 300  # a fee; 250 are allowed
        await trading.passes(lambda: not broker.venue.positions)
        assert trading.run.broken() == ("daily-loss is broken",)
        refused = await persons.say(trading, "rearm", "daily-loss")
        assert not refused.done
        assert "below the floor" in refused.answer
        assert not (await persons.say(trading, "rearm", "daily")).done
        broker.venue.balance += 300  # the fee was wrong
        await trading.minutes(1)
        assert not (await persons.say(trading, "rearm", "daily-loss", before_s=3_600)).done
        assert trading.run.broken()
        assert (await persons.say(trading, "rearm", "daily-loss")).done
        assert trading.run.broken() == ()
        at = trading.number
    await broker.disconnect()
    sent = len(broker.venue.orders)
    async with Trading(broker, tmp_path, spec=spec, first=at, words=persons.words) as trading:
        assert trading.run.broken() == ()
        await trading.minutes(8)
        _, records = await trading.end()
    assert len(broker.venue.orders) > sent
    assert [done for *_, done in notices(records, "rearm")] == [False, False, False, True]


async def test_what_is_said_to_a_session_that_does_not_run_is_heard_when_it_begins(tmp_path, persons):
    broker = moody()
    async with Trading(broker, tmp_path, words=persons.words) as trading:
        broker.mood = HALTED
        await trading.minutes(6)
        at, now_ns = trading.number, trading.clock.now_ns()
    await broker.disconnect()
    broker.mood = None
    standing = await standing_of(tmp_path, "main")
    assert list(standing["halts"]) == ["venue:halted"]
    assert not standing["seen"]
    given = {"kind": "release", "account": "main", "subject": "venue:halted", "by": "Ada", "reason": "reviewed"}
    old = await persons.words.say(Word(**given, time_ns=now_ns - 2 * 86_400_000_000_000))
    said = await persons.words.say(Word(**given, time_ns=now_ns))
    async with Trading(broker, tmp_path, first=at, words=persons.words) as trading:
        assert (await persons.answered(trading, said)).done
        assert "more than a day ago" in (await persons.words.get(old.number)).answer
        assert not trading.run.session.desk.blocks.halted
        await trading.end()


async def test_words_that_cannot_be_read_release_nothing_and_stop_nothing(tmp_path, persons):
    class Broken:
        asked = 0

        async def waiting(self, _account):
            self.asked += 1
            raise StorageError("the disk is gone")

    broker, words = moody(), Broken()
    async with Trading(broker, tmp_path, words=words) as trading:
        broker.mood = HALTED
        await trading.minutes(6)
        assert trading.run.session.desk.blocks.halted
        await trading.end()
    assert words.asked > 1
