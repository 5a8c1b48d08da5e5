"""Mails by SMTP: over TLS or not at all, each once as far as SMTP can tell, and one that cannot go stops no other."""

from __future__ import annotations

import asyncio
import stat
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa
from mail_server import SECRET, USER, Inbox, serving
from metering import HandClock

from forexai_core.errors import ConfigError, NotFoundError
from forexai_saas.errors import UndeliverableError
from forexai_saas.notifications.composing import PAGES, Composer
from forexai_saas.notifications.mail_folder import MailFolder
from forexai_saas.notifications.messages import LANGUAGES
from forexai_saas.notifications.outbox import Letter, Outbox, PostRoom
from forexai_saas.notifications.postman import Postman
from forexai_saas.notifications.senders import bare_address
from forexai_saas.notifications.smtp import SmtpSender, SmtpSettings
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import mails

SITE = "https://trade.example.org"


def composer(clock=None):
    return Composer(sender="desk@example.org", platform="ForexAI", site=SITE, clock=clock or HandClock())


def letter(key="k", to="ada@example.org", template="verify", language="en", mail_id=None, **values):
    given = {"key": key, "to": to, "language": language, "template": template, "mail_id": mail_id or new_id()}
    return Letter(**given, values=values or {"token": "s3cret"})


def sender_to(port, authority, **changed):
    given = {
        "host": "127.0.0.1",
        "port": port,
        "user": USER,
        "password": SECRET,
        "sender": "desk@example.org",
        "ca_file": authority,
        "timeout_s": 15,
    }
    return SmtpSender(SmtpSettings(**{**given, **changed}), composer())


@pytest.fixture
def inbox():
    return Inbox()


@pytest_asyncio.fixture
async def server(inbox, tmp_path):
    async with serving(inbox, tmp_path) as found:
        yield found


# ----------------------------------------------------------------------------------------------------------- delivering
async def test_a_mail_arrives_encrypted_with_its_link_and_its_name(server, inbox):
    await sender_to(*server)(letter())
    (mail,) = inbox.mails
    assert inbox.encrypted == [True]
    assert inbox.recipients == ["ada@example.org"]
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "desk@example.org",
        "ada@example.org",
        "Confirm your mail address",
    )
    assert f"{SITE}/#/verify?token=s3cret" in mail.get_content()
    assert mail["Message-ID"] == composer().message_id(letter())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "k" not in mail["Message-ID"].replace("example.org", "")[1:-1]


async def test_tls_from_the_first_byte_is_spoken_too(inbox, tmp_path):
    async with serving(inbox, tmp_path, tls="tls", signed_in=False) as (port, authority):
        await sender_to(port, authority, security="tls", user="")(letter())
    assert len(inbox.mails) == 1


async def test_nothing_goes_in_the_clear_or_to_a_server_that_cannot_prove_itself(inbox, tmp_path):
    async with serving(inbox, tmp_path, tls="none", signed_in=False) as (port, authority):
        with pytest.raises(Exception, match="STARTTLS"):
            await sender_to(port, authority, user="")(letter())
    async with serving(inbox, tmp_path) as (port, _):
        with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
            await sender_to(port, "")(letter())
    async with serving(inbox, tmp_path, address="127.0.0.9") as (port, authority):
        with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
            await sender_to(port, authority)(letter())
    assert inbox.mails == []


def test_without_tls_only_a_server_on_this_computer_is_used():
    for host in ("127.0.0.1", "::1", "localhost"):
        assert SmtpSettings(host=host, security="none", sender="a@b.c")
    for host in ("192.0.2.1", "mail.example.org", "localhost.example.org"):
        with pytest.raises(ValueError, match="without TLS"):
            SmtpSettings(host=host, security="none", sender="a@b.c")
    assert SECRET not in repr(SmtpSettings(host="h", sender="a@b.c", password=SECRET))


async def test_addresses_beyond_ascii_are_taken_where_the_server_takes_them(server, inbox):
    await sender_to(*server)(letter(to="åda@exämple.org"))
    assert inbox.recipients == ["åda@exämple.org"]


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_what_is_refused_for_good_is_told_apart_from_what_is_refused_for_now(server, inbox, where):
    inbox.answers[where] = "550 no such mailbox"
    with pytest.raises(UndeliverableError, match=r"for good \(550\)") as raised:
        await sender_to(*server)(letter())
    assert "s3cret" not in str(raised.value)
    inbox.answers[where] = "451 later"
    with pytest.raises(Exception, match="for now"):
        await sender_to(*server)(letter())
    assert inbox.mails == []


async def test_a_wrong_password_of_ours_is_no_fault_of_the_mail(server):
    with pytest.raises(Exception, match="535") as raised:
        await sender_to(*server, password="wrong")(letter())
    assert not isinstance(raised.value, UndeliverableError)


# ------------------------------------------------------------------------------------------------------ with the outbox
def room(desk, send):
    return PostRoom(desk.on.database, desk.on.lookups, desk.on.vault, desk.clock, send)


async def queued(desk, template="verify"):
    email, user_id = await desk.member()
    await desk.post_room.drain()
    await queue(desk, user_id, template)
    return email, user_id


async def queue(desk, user_id, template="verify"):
    async with desk.on.database.writing(Scope(user_id=user_id)) as session:
        outbox = Outbox(desk.on.vault, desk.clock)
        await outbox.put(session, "of this test", template, language="en", values={"token": "s3cret"})


async def state(desk, user_id):
    async with desk.on.database.reading(Scope(user_id=user_id)) as session:
        row = await session.first(sa.select(mails).order_by(mails.c.id.desc()))
    return row.state, row.attempts, row.problem


def arrived(inbox, email):
    return [mail["Message-ID"] for mail in inbox.mails if mail["To"] == email]


async def test_mails_go_from_the_outbox_to_the_server_once(desk, server, inbox):
    email, user_id = await queued(desk)
    post = room(desk, sender_to(*server))
    for _ in range(3):
        await post.drain()
    assert len(arrived(inbox, email)) == 1
    assert await state(desk, user_id) == ("sent", 1, None)


async def test_what_can_never_go_is_set_aside_at_once_and_stops_no_other(desk, server, inbox):
    broken, sound = await desk.member(), await queued(desk)
    await queue(desk, broken[1], "made-up")
    post = room(desk, sender_to(*server))
    await post.drain()
    assert await state(desk, broken[1]) == ("failed", 1, "UndeliverableError")
    assert len(arrived(inbox, sound[0])) == 1
    inbox.answers["rcpt"] = "550 no such mailbox"
    gone = await queued(desk)
    await post.drain()
    assert await state(desk, gone[1]) == ("failed", 1, "UndeliverableError")


async def test_a_server_that_is_away_is_asked_again_ever_later(desk, server, inbox):
    email, user_id = await queued(desk)
    post = room(desk, sender_to(*server))
    inbox.answers["data"] = "451 later"
    await post.drain()
    assert (await state(desk, user_id))[:2] == ("queued", 1)
    del inbox.answers["data"]
    await post.drain()
    assert arrived(inbox, email) == []  # not yet
    desk.pass_time(31)
    await post.drain()
    assert len(arrived(inbox, email)) == 1
    assert await state(desk, user_id) == ("sent", 2, None)


async def test_a_process_that_dies_before_it_hands_a_mail_over_leads_to_one_mail(desk, server, inbox):
    email, user_id = await queued(desk)
    send = sender_to(*server)

    async def die_before(each):
        if each.to == email:
            raise asyncio.CancelledError
        await send(each)

    with pytest.raises(asyncio.CancelledError):
        await room(desk, die_before).drain()
    post = room(desk, send)
    await post.drain()
    assert arrived(inbox, email) == []  # its claim holds
    desk.pass_time(121)
    for _ in range(2):
        await post.drain()
    assert len(arrived(inbox, email)) == 1
    assert (await state(desk, user_id))[0] == "sent"


async def test_where_nobody_can_tell_a_mail_comes_again_under_the_same_name_and_is_never_lost(desk, server, inbox):
    """The server took it, and the process died before that was noted: SMTP has no way to ask."""
    email, user_id = await queued(desk)
    send = sender_to(*server)

    async def die_after(each):
        await send(each)
        if each.to == email:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await room(desk, die_after).drain()
    desk.pass_time(121)
    await room(desk, send).drain()
    names = arrived(inbox, email)
    assert len(names) == 2
    assert len(set(names)) == 1
    assert (await state(desk, user_id))[0] == "sent"


# ----------------------------------------------------------------------------------------------------- without a server
async def test_without_a_server_mails_are_kept_in_a_folder_each_once(desk, tmp_path):
    folder = MailFolder(tmp_path / "mails", composer(desk.clock))
    email, user_id = await queued(desk, "reset")
    await room(desk, folder).drain()
    (kept,) = [each for each in folder.list() if each.to == email]
    assert kept.subject == "Set a new password"
    assert f"{SITE}/#/reset?token=s3cret" in kept.text
    assert "s3cret" not in repr(kept)
    assert folder.read(kept.name) == kept
    assert stat.S_IMODE((tmp_path / "mails" / f"{kept.name}.eml").stat().st_mode) == 0o600
    before = len(folder.list())
    again = letter(key=f"{user_id.hex}.of this test", to=email, template="reset", mail_id=UUID(kept.name))
    await folder(again)
    assert len(folder.list()) == before
    for wrong in ("", "..", "../../etc/passwd", "0" * 32):
        with pytest.raises(NotFoundError):
            folder.read(wrong)


async def test_kept_mails_stand_in_the_order_in_which_they_were_written(tmp_path):
    folder = MailFolder(tmp_path, composer())
    written = [letter(key=f"k{number}", token=f"t{number}") for number in range(12)]
    for each in (*written[6:], *written[:6]):  # delivered in another order, as after failures
        await folder(each)
    assert [each.name for each in folder.list()] == [each.mail_id.hex for each in reversed(written)]
    assert "token=t11" in folder.list()[0].text


@pytest.mark.parametrize("template", ["verify", "already-registered", "reset", "password-changed", "invitation"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_link_of_every_mail_leads_to_its_page(template, language):
    given = {"tenant": "Desk", "role": "viewer"} if template == "invitation" else {}
    text = composer().compose(letter(template=template, language=language, token="s3cret", **given)).get_content()
    assert f"{SITE}/{PAGES[template].replace('{token}', 's3cret')}" in text
    assert "{" not in text
    own = {**PAGES, template: "#/elsewhere/{token}"}
    other = Composer(sender="desk@example.org", platform="P", site=f"{SITE}/", clock=HandClock(), pages=own)
    moved = other.compose(letter(template=template, token="s3cret", **given)).get_content()
    assert f"{SITE}/#/elsewhere/s3cret" in moved


def test_pages_that_would_be_logged_or_are_missing_are_refused():
    for wrong in ({}, {**PAGES, "verify": "/verify?token={token}"}):
        with pytest.raises(ConfigError):
            Composer(sender="a@b.c", platform="p", site=SITE, clock=HandClock(), pages=wrong)


async def test_a_sender_with_a_name_is_told_to_the_server_without_it(server, inbox):
    named = "Meja Ada <desk@example.org>"
    port, authority = server
    settings = SmtpSettings(
        host="127.0.0.1", port=port, user=USER, password=SECRET, sender=named, ca_file=authority, timeout_s=15
    )
    await SmtpSender(settings, Composer(sender=named, platform="p", site=SITE, clock=HandClock()))(letter())
    assert inbox.senders == ["desk@example.org"]
    assert inbox.mails[0]["From"] == named
    assert inbox.mails[0]["Message-ID"].endswith("@example.org>")


@pytest.mark.parametrize("wrong", ["", "ForexAI", "ForexAI <>", "desk@", "@example.org", "a@b.c\r\nBcc: x@y.z"])
def test_a_sender_without_an_address_is_refused(wrong):
    with pytest.raises(ConfigError, match="no sender"):
        bare_address(wrong)
    with pytest.raises(ConfigError, match="no sender"):
        Composer(sender=wrong, platform="p", site=SITE, clock=HandClock())


async def test_the_postman_goes_on_after_the_database_was_away():
    class Room:
        def __init__(self):
            self.rounds, self.done = 0, asyncio.Event()

        async def drain(self):
            self.rounds += 1
            if self.rounds == 1:
                raise ConnectionError("away")
            if self.rounds == 3:
                self.done.set()
            return 0

    room = Room()
    postman = Postman(room, every_s=0.001)
    postman.start()
    await asyncio.wait_for(room.done.wait(), 300)
    await postman.stop()
    rounds = room.rounds
    await asyncio.sleep(0.01)
    assert room.rounds == rounds


def test_a_mail_that_cannot_be_written_is_undeliverable():
    write = composer().compose
    assert write(letter(template="invitation", token="t", tenant="A\r\nBcc: x@y.z", role="viewer"))["Bcc"] is None
    for wrong in (
        letter(template="made-up"),
        letter(to="a@b.c\r\nBcc: x@y.z"),
        letter(template="invitation", token="t"),
    ):
        with pytest.raises(UndeliverableError):
            write(wrong)


def test_the_address_of_the_page_is_looked_at():
    for wrong in ("trade.example.org", "javascript:alert(1)", f"{SITE}/?a=b", f"{SITE}/#a", ""):
        with pytest.raises(ConfigError, match="web page"):
            Composer(sender="a@b.c", platform="p", site=wrong, clock=HandClock())
