"""Ways by which mails go out: a mail server, or a folder that the operator reads."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import smtplib
import ssl
import time
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from forexai_core.errors import ConfigError
from forexai_core.services.disk import Disk
from forexai_saas.notifications.outbox import Letter
from reference_app.mails.words import written
from reference_app.settings import AppSettings

__all__ = ["MAILS", "delivery_of", "message_of"]

_LOG = logging.getLogger(__name__)

MAILS = "mails"
"""Folder of a home for mails, where there is no mail server."""

_TIMEOUT_S = 30.0
_IMPLICIT_TLS = 465


def message_of(letter: Letter, *, base: str, sender: str) -> EmailMessage:
    """Write a mail as it is sent; its Message-ID is made of the event's key, so a server can tell a second copy."""
    subject, text = written(letter, base)
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, letter.to, subject
    message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:40]}@forexai.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def delivery_of(settings: AppSettings, home: Path) -> Callable[[Letter], Awaitable[None]]:
    """Give the way that the settings name; without a mail server, the folder of the home."""
    if settings.mail_server is None:
        folder = home / MAILS

        async def keep(letter: Letter) -> None:
            message = message_of(letter, base=settings.base, sender=settings.mail_from)
            file = await asyncio.to_thread(_keep, folder, message, letter.template)
            _LOG.info("no mail server is set: the mail '%s' lies in %s", letter.template, file)

        return keep
    host, port = _server(settings.mail_server)

    async def send(letter: Letter) -> None:
        message = message_of(letter, base=settings.base, sender=settings.mail_from)
        await asyncio.to_thread(_send, settings, host, port, message)

    return send


def _keep(folder: Path, message: EmailMessage, template: str) -> Path:
    Disk().make_folder(folder)
    file = folder / f"{time.time_ns()}-{template}.eml"
    # For its owner alone: it holds a link that lets somebody in.
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(bytes(message))
    return file


def _send(settings: AppSettings, host: str, port: int, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    if port == _IMPLICIT_TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
    with server:
        if port != _IMPLICIT_TLS:
            server.starttls(context=context)  # raises where the server has none: no mail goes out readable
        if settings.mail_user is not None:
            password = settings.mail_password.get_secret_value() if settings.mail_password else ""
            server.login(settings.mail_user, password)
        server.send_message(message)


def _server(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigError(f"mail_server '{text}' is no host and port. Write smtp.example.org:587.")
    return host, int(port)
