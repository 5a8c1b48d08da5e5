"""Mails as the settings say: through a real mail server over TLS, or into the home's folder."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes
from email.policy import SMTP

import pytest
from mail_server import SECRET, USER, Inbox, serving
from metering import HandClock

from forexai_core.errors import ConfigError
from forexai_saas.notifications.outbox import Letter
from forexai_saas.storage.ids import new_id
from reference_app.mail_delivery import MAILS, delivery_of
from reference_app.settings import AppSettings

SENDER = "ForexAI <desk@trade.example>"


def letter(language="en"):
    return Letter(
        mail_id=new_id(), key="k", to="ada@example.org", language=language, template="verify", values={"token": "s3"}
    )


def settings_of(**given):
    behind = {"behind_tls": True, "allowed_hosts": ("trade.example",), "mail_from": SENDER}
    return AppSettings(**(behind | given))


@pytest.mark.parametrize(("tls", "security"), [("starttls", None), ("tls", "tls")])
def test_a_mail_goes_through_the_mail_server_of_the_settings(tmp_path, tls, security):
    inbox, signed_in = Inbox(), tls == "starttls"

    async def send():
        async with serving(inbox, tmp_path, tls=tls, signed_in=signed_in) as (port, authority):
            settings = settings_of(
                mail_server=f"127.0.0.1:{port}",
                mail_security=security,
                mail_user=USER if signed_in else None,
                mail_password=SECRET,
                mail_ca_file=authority,
            )
            await delivery_of(settings, tmp_path / "home", HandClock())(letter())

    asyncio.run(send())
    (mail,) = inbox.mails
    assert (inbox.senders, inbox.recipients) == (["desk@trade.example"], ["ada@example.org"])
    assert inbox.encrypted == [
        signed_in
    ]  # the server tells only what STARTTLS encrypted; the other listens to TLS alone
    assert mail["From"] == SENDER
    assert "https://trade.example/#/verify?token=s3" in mail.get_content()
    assert not (tmp_path / "home" / MAILS).exists()


@pytest.mark.parametrize(("language", "subject"), [("en", "Confirm your mail"), ("id", "Konfirmasi alamat surel")])
def test_without_a_mail_server_mails_lie_in_the_home(tmp_path, language, subject):
    asyncio.run(delivery_of(settings_of(), tmp_path, HandClock())(letter(language)))
    (file,) = (tmp_path / MAILS).iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=SMTP)
    assert mail["Subject"].startswith(subject)
    assert re.search(r"https://trade\.example/#/verify\?token=s3", mail.get_content())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mail_server": "smtp.example.org"}, "smtp.example.org:587"),
        ({"mail_server": ":587"}, "host and port"),
        ({"mail_server": "smtp.example.org:99999"}, "65535"),
        ({"mail_server": "smtp.example.org:25", "mail_security": "none"}, "without TLS"),
        ({"mail_server": "smtp.example.org:587", "mail_from": "nobody"}, "no sender"),
        ({"mail_from": "nobody"}, "no sender"),
    ],
)
def test_settings_of_mails_that_are_wrong_are_named(tmp_path, given, words):
    with pytest.raises(ConfigError, match=words):
        delivery_of(settings_of(**given), tmp_path, HandClock())
