"""Words of persons are kept, answered once, and seen by every process of a home."""

from __future__ import annotations

import pytest

from forexai_core.errors import ConfigError, NotFoundError
from forexai_core.ports.words import Word, WordKind
from forexai_core.services.words import SqliteWords

pytestmark = pytest.mark.asyncio


def word(**changes):
    given = {
        "kind": "release",
        "account": "main",
        "subject": "venue:halted",
        "by": "Ada",
        "reason": "seen",
        "time_ns": 7,
    }
    return Word(**given | changes)


async def test_a_word_waits_until_it_is_answered_and_the_first_answer_stands(tmp_path):
    mine, others = SqliteWords.of_home(tmp_path), SqliteWords.of_home(tmp_path)
    first = await mine.say(word())
    second = await mine.say(word(kind="decide", subject="main-1", verdict="absent", time_ns=2**62))
    await mine.say(word(account="other"))
    assert [each.word for each in await others.waiting("main")] == [first.word, second.word] == [word(), second.word]
    done = await others.answer(first.number, done=True, answer="Released.", time_ns=9)
    assert await others.answer(first.number, done=False, answer="No.", time_ns=11) == done
    assert (await mine.get(first.number)) == done
    assert (done.done, done.answer, done.answered_ns) == (True, "Released.", 9)
    assert [each.number for each in await mine.waiting("main")] == [second.number]
    assert [each.number for each in await mine.history("main")] == [first.number, second.number]
    for asked in (mine.get(99), mine.answer(99, done=True, answer="", time_ns=1)):
        with pytest.raises(NotFoundError, match="99"):
            await asked
    mine.close()
    others.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": ""},
        {"kind": "show"},
        {"verdict": "filled"},
        {"kind": "decide"},
        {"kind": "decide", "verdict": "rejected"},
        {"by": " "},
        {"reason": ""},
        {"reason": "a\nb"},
        {"account": ""},
    ],
)
async def test_what_is_no_word_is_refused(wrong):
    with pytest.raises(ConfigError):
        word(**wrong)


async def test_a_look_names_nothing():
    assert word(kind="show", subject="").kind is WordKind.SHOW
