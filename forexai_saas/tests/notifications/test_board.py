"""Notices inside the application: once an event, in pages, read by their person alone."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from forexai_core.errors import ConfigError, ConflictError
from forexai_core.ports.notifier import NoticeLevel
from forexai_saas.notifications.board import Board
from forexai_saas.notifications.outbox import Outbox
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import users


@pytest.fixture
def board(desk):
    return Board(desk.on.database, Outbox(desk.on.vault, desk.clock), desk.clock)


async def tell(desk, board, user_id, key="k", *, code="connection.back", values=None, **given):
    async with desk.on.database.writing(Scope(user_id=user_id)) as session:
        return await board.put(session, key, code, values=values or {"account": "main"}, **given)


async def test_an_event_is_told_once_in_the_readers_language(desk, board):
    _, user_id = await desk.member()
    assert await tell(desk, board, user_id, level=NoticeLevel.WARNING)
    assert not await tell(desk, board, user_id)
    (shown,) = (await board.page(user_id, language="id")).notices
    assert (shown.words.title, shown.level, shown.read_ns) == ("Koneksi ke main pulih", NoticeLevel.WARNING, None)
    (shown,) = (await board.page(user_id, language="en")).notices
    assert shown.words.title == "Connection to main is back"


async def test_one_event_told_at_once_is_one_notice(desk, board):
    _, user_id = await desk.member()
    assert sum(await asyncio.gather(*(tell(desk, board, user_id) for _ in range(5)))) == 1


async def test_pages_follow_one_another_and_hold_each_notice_once(desk, board):
    _, user_id = await desk.member()
    for number in range(7):
        await tell(desk, board, user_id, f"k{number}", values={"account": f"a{number}"})
    seen, before = [], None
    while True:
        page = await board.page(user_id, language="en", before=before, limit=3)
        assert page.unread == 7 + (before is not None)
        seen.append([each.words.title.split()[2] for each in page.notices])
        if before is None:
            await tell(desk, board, user_id, "late", values={"account": "late"})  # moves no page that follows
        before = page.next
        if before is None:
            break
    assert seen == [["a6", "a5", "a4"], ["a3", "a2", "a1"], ["a0"]]


async def test_what_was_read_is_counted_and_what_came_since_stays_unread(desk, board):
    _, user_id = await desk.member()
    for number in range(3):
        await tell(desk, board, user_id, f"k{number}")
    newest = (await board.page(user_id, language="en")).notices[0].notice_id
    await tell(desk, board, user_id, "since")
    assert await board.mark_read(user_id, only=newest) == 1
    assert await board.mark_read(user_id, up_to=newest) == 2
    assert await board.mark_read(user_id, up_to=newest) == 0
    assert await board.unread(user_id) == 1
    assert await board.mark_read(user_id) == 1
    assert (await board.page(user_id, language="en")).unread == 0


async def test_nobody_sees_or_reads_anothers(desk, board):
    _, mine = await desk.member()
    _, other = await desk.member()
    await tell(desk, board, mine)
    assert (await board.page(other, language="en")).notices == []
    assert await board.mark_read(other) == 0
    assert await board.unread(mine) == 1


async def test_a_notice_goes_out_by_mail_too_once(desk, board):
    email, user_id = await desk.member()
    for _ in range(2):
        await tell(desk, board, user_id, mail=True)
    letter = await desk.letter_to(email)
    assert (letter.template, dict(letter.values)) == ("connection.back", {"account": "main"})
    assert len([each for each in desk.letters if each.to == email]) == 2  # the other proved the address


async def test_a_notice_is_undone_with_what_it_tells(desk, board):
    _, user_id = await desk.member()
    with pytest.raises(ConflictError):
        await tell_and_fail(desk, board, user_id)
    assert await board.unread(user_id) == 0


async def tell_and_fail(desk, board, user_id):
    async with desk.on.database.writing(Scope(user_id=user_id)) as session:
        await board.put(session, "k", "connection.back", values={"account": "main"}, mail=True)
        await session.execute(sa.update(users).values(email=None))


@pytest.mark.parametrize(
    "given",
    [
        {"code": "made.up"},
        {"values": {"account": "a", "more": "b"}},
        {"code": "risk.halted", "values": {"account": "a"}},
        {"key": ""},
        {"key": "k" * 101},
    ],
)
async def test_a_notice_that_could_not_be_read_is_not_put_up(desk, board, given):
    _, user_id = await desk.member()
    with pytest.raises(ConfigError):
        await tell(desk, board, user_id, **given)
    assert await board.unread(user_id) == 0
