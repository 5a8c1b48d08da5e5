"""Mails leave the outbox once, whatever the mail server does, and one that cannot be read stops no other."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from account_desk import desk_on
from databases import store_at

from forexai_core.errors import ConflictError
from forexai_saas.notifications.outbox import Outbox, PostRoom
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import mails, users


def room(desk, send):
    return PostRoom(desk.on.database, desk.on.lookups, desk.on.vault, desk.clock, send)


async def states(desk, user_id):
    async with desk.on.database.reading(Scope(user_id=user_id)) as session:
        return [
            (row.state, row.attempts, row.sealed_values)
            for row in await session.rows(sa.select(mails).order_by(mails.c.id))
        ]


async def queued(desk, key="news"):
    _, user_id = await desk.member()
    await desk.post_room.drain()
    async with desk.on.database.writing(Scope(user_id=user_id)) as session:
        await Outbox(desk.on.vault, desk.clock).put(session, key, "news", language="id", values={"link": "s3cret"})
    return user_id


async def test_a_mail_goes_out_once_and_leaves_nothing_readable(desk):
    user_id = await queued(desk)
    assert b"s3cret" not in (await states(desk, user_id))[-1][2]
    await desk.post_room.drain()
    letter = next(each for each in desk.letters if each.key == f"{user_id.hex}.news")
    assert (letter.template, letter.language, dict(letter.values)) == ("news", "id", {"link": "s3cret"})
    assert "s3cret" not in repr(letter)
    before = len(desk.letters)
    await desk.post_room.drain()
    assert len(desk.letters) == before
    assert (await states(desk, user_id))[-1] == ("sent", 1, b"")


async def test_an_event_is_told_once(desk):
    user_id = await queued(desk)
    async with desk.on.database.writing(Scope(user_id=user_id)) as session:
        await Outbox(desk.on.vault, desk.clock).put(session, "news", "news", language="id")
    before = len(desk.letters)
    await desk.post_room.drain()
    assert len(desk.letters) == before + 1


async def test_a_mail_is_not_queued_when_what_it_tells_did_not_happen(desk):
    _, user_id = await desk.member()
    before = await states(desk, user_id)
    with pytest.raises(ConflictError):
        await put_and_fail(desk, user_id)
    assert await states(desk, user_id) == before


async def put_and_fail(desk, user_id):
    async with desk.on.database.writing(Scope(user_id=user_id)) as session:
        await Outbox(desk.on.vault, desk.clock).put(session, "undone", "news", language="en")
        await session.execute(sa.update(users).values(email=None))


async def test_a_failing_server_is_asked_again_later_and_not_for_ever(desk):
    user_id = await queued(desk)
    tried = []

    async def fail(letter):
        tried.append(letter.key)
        raise ConnectionError(letter.values["link"])

    failing = room(desk, fail)
    for _ in range(40):
        await failing.drain()
        await failing.drain()  # not due again yet
        desk.pass_time(3_601)
    state, attempts, sealed = (await states(desk, user_id))[-1]
    mine = [key for key in tried if key.startswith(user_id.hex)]
    assert (state, attempts, len(mine), sealed) == ("failed", 12, 12, b"")
    async with desk.on.database.reading(Scope(user_id=user_id)) as session:
        assert await session.value(sa.select(mails.c.problem).where(mails.c.key == "news")) == "ConnectionError"


async def test_two_post_rooms_send_a_mail_once_and_one_that_died_is_stood_in_for(place):
    stores = [store_at(place), store_at(place)]
    desks = [desk_on(store) for store in stores]
    user_id = await queued(desks[0])
    sent = []

    async def send(letter):
        sent.append(letter.key)
        await asyncio.sleep(0)

    await asyncio.gather(*(room(desk, send).drain() for desk in desks))
    assert len([key for key in sent if key.startswith(user_id.hex)]) == 1
    other = await queued(desks[0])

    async def die(_letter):
        raise asyncio.CancelledError

    try:
        await room(desks[0], die).drain()
    except asyncio.CancelledError:
        await room(desks[1], send).drain()
    assert not [key for key in sent if key.startswith(other.hex)]
    for desk in desks:
        desk.pass_time(121)
    await room(desks[1], send).drain()
    assert len([key for key in sent if key.startswith(other.hex)]) == 1
    for store in stores:
        await store.close()


async def test_a_mail_that_cannot_be_opened_stops_no_other(desk):
    broken = await queued(desk)
    async with desk.on.database.writing(Scope(user_id=broken)) as session:
        await session.execute(sa.update(mails).where(mails.c.key == "news").values(sealed_values=b"broken"))
    sound = await queued(desk)
    await desk.post_room.drain()
    assert (await states(desk, sound))[-1][0] == "sent"
