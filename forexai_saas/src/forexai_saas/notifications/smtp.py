"""Handing mails to a mail server, over TLS."""

from __future__ import annotations

import asyncio
import ipaddress
import smtplib
import ssl
import time
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Literal, Self, final

from pydantic import Field, SecretStr, model_validator

from forexai_core.errors import ConfigError
from forexai_core.ports.settings import Settings
from forexai_saas.errors import UndeliverableError
from forexai_saas.notifications.composing import Composer
from forexai_saas.notifications.outbox import Letter
from forexai_saas.notifications.senders import bare_address

__all__ = ["SmtpSender", "SmtpSettings"]

_BEGIN_WITHIN_S = 45.0
"""A mail whose handing over has not begun by then is given up for now: another process may take it after 120 s."""


class SmtpSettings(Settings):
    """Which mail server, and how."""

    host: str
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """``none`` is for a server on this computer alone."""
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str
    """From whom mails come: ``ForexAI <desk@example.org>``, or the address alone."""
    ca_file: str = ""
    """Certificate authorities to trust, in place of the system's."""
    timeout_s: float = Field(default=10.0, gt=0, le=15, allow_inf_nan=False)
    """How long to wait for each answer of the server."""

    @model_validator(mode="after")
    def _kept_private(self) -> Self:
        bare_address(self.sender)
        if self.security == "none" and not _is_here(self.host):
            raise ValueError("mails hold links that let people in: without TLS only a server on this computer is used")
        return self


@final
class SmtpSender:
    """Delivers letters; give it to a ``PostRoom``.

    What the server refuses for good (a 5xx to the recipient or to the mail) raises ``UndeliverableError``, and is set
    aside. Anything else raises, and is tried again. When the connection breaks after the mail was handed over and
    before the server answered, nobody can tell whether it was taken: SMTP has no way to ask. It is sent again then,
    under the same Message-ID.

    Parameters
    ----------
    settings : SmtpSettings
        Of the server.
    composer : Composer
        Writes the mails.
    """

    def __init__(self, settings: SmtpSettings, composer: Composer) -> None:
        self._settings = settings
        self._composer = composer
        try:
            self._context = ssl.create_default_context(cafile=settings.ca_file or None)
        except (OSError, ssl.SSLError) as problem:
            raise ConfigError(f"{settings.ca_file} holds no certificate authorities.") from problem

    async def __call__(self, letter: Letter) -> None:
        """Deliver one."""
        mail = self._composer.compose(letter)
        await asyncio.to_thread(self._deliver, mail, letter.to)

    def _deliver(self, mail: EmailMessage, to: str) -> None:
        begin_by_s = time.monotonic() + _BEGIN_WITHIN_S
        with self._connected() as server:
            server.ehlo_or_helo_if_needed()
            if self._settings.user:
                server.login(self._settings.user, self._settings.password.get_secret_value())
            utf8 = not to.isascii()
            if utf8 and not server.has_extn("smtputf8"):
                raise UndeliverableError("The mail server takes no addresses beyond ASCII.")
            _answered(
                server.mail(bare_address(self._settings.sender), ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []),
                "sender",
            )
            _answered(server.rcpt(to), "recipient", final=True)
            if time.monotonic() > begin_by_s:
                raise TimeoutError("the mail server was too slow to begin")
            _answered(server.data(mail.as_bytes(policy=SMTPUTF8 if utf8 else SMTP)), "mail", final=True)

    def _connected(self) -> smtplib.SMTP:
        settings, timeout_s = self._settings, self._settings.timeout_s
        if settings.security == "tls":
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=timeout_s, context=self._context)
        server = smtplib.SMTP(settings.host, settings.port, timeout=timeout_s)
        try:
            if settings.security == "starttls":
                server.starttls(context=self._context)  # raises where the server has none: never in the clear
        except BaseException:
            server.close()
            raise
        return server


def _answered(answer: tuple[int, bytes], what: str, *, final: bool = False) -> None:
    """Take a server's answer.

    Its words are not repeated: they may quote the mail.
    """
    code, _ = answer
    if 200 <= code < 300:
        return
    if final and 500 <= code < 600:
        raise UndeliverableError(f"The mail server refused the {what} for good ({code}).")
    raise smtplib.SMTPResponseException(code, f"the {what} was refused for now")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
