"""Composing: a letter of the outbox becomes a mail."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from types import MappingProxyType
from typing import final
from urllib.parse import urlsplit

from forexai_core.errors import ConfigError
from forexai_core.ports.clock import Clock
from forexai_saas.errors import UndeliverableError
from forexai_saas.notifications.messages import LANGUAGES, Messages, messages
from forexai_saas.notifications.outbox import Letter
from forexai_saas.notifications.senders import bare_address

__all__ = ["PAGES", "Composer"]

_TOKEN = "{token}"  # noqa: S105 - a place for one
_MAILS = frozenset({"verify", "already-registered", "reset", "password-changed", "invitation"})

PAGES: Mapping[str, str] = MappingProxyType(
    {
        "verify": "#/verify?token={token}",
        "already-registered": "#/sign-in",
        "reset": "#/reset?token={token}",
        "password-changed": "#/forgot",
        "invitation": "#/join?token={token}",
    }
)
"""Where the link of each mail leads on the web page. All after the #: no server's log and no Referer keeps a token."""


@final
class Composer:
    """Writes mails.

    Parameters
    ----------
    sender : str
        From whom they come: ``ForexAI <desk@example.org>``, or the address alone.
    platform : str
        How the platform is called.
    site : str
        Address of its web page: ``https://trade.example.org``.
    clock : Clock
        For the date.
    pages : mapping of str to str, optional
        Where links lead by the name of the mail, beginning with ``#/``; ``{token}`` stands for the token.
    words : Messages, optional
        Default those that ship.
    """

    def __init__(
        self,
        *,
        sender: str,
        platform: str,
        site: str,
        clock: Clock,
        pages: Mapping[str, str] = PAGES,
        words: Messages | None = None,
    ) -> None:
        parts = urlsplit(site)
        if parts.scheme not in {"https", "http"} or not parts.netloc or parts.query or parts.fragment:
            raise ConfigError(f"'{site}' is no address of a web page. Write it as https://trade.example.org.")
        _check_pages(pages)
        self._sender = sender
        self._domain = bare_address(sender).rpartition("@")[2]
        self._pages = dict(pages)
        self._platform = platform
        self._site = site.rstrip("/")
        self._clock = clock
        self._words = words or messages()

    def compose(self, letter: Letter) -> EmailMessage:
        """Write a mail; the same letter has the same Message-ID, by which a mailbox may know it again.

        Raises
        ------
        UndeliverableError
            If it cannot be written: trying again would not help.
        """
        code = f"mail.{letter.template}" if letter.template in _MAILS else letter.template
        try:
            said = self._words.say(code, letter.language, self._values(letter))
            mail = EmailMessage(policy=SMTP)
            mail["From"] = self._sender
            mail["To"] = letter.to
            mail["Subject"] = said.title
            mail["Date"] = format_datetime(datetime.fromtimestamp(self._clock.now_ns() // 10**9, UTC))
            mail["Message-ID"] = self.message_id(letter)
            # So that no holiday answer comes back (RFC 3834), and no list of links is fetched ahead.
            mail["Auto-Submitted"] = "auto-generated"
            mail["Content-Language"] = letter.language if letter.language in LANGUAGES else LANGUAGES[0]
            mail.set_content(said.text + "\n", cte="quoted-printable")
        except (ConfigError, ValueError) as problem:
            raise UndeliverableError(f"The mail '{letter.template}' cannot be written.") from problem
        return mail

    def message_id(self, letter: Letter) -> str:
        """Name a mail by its event; the name tells nobody which."""
        return f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:40]}@{self._domain}>"

    def _values(self, letter: Letter) -> Mapping[str, str]:
        if letter.template not in _MAILS:
            return letter.values
        values = {name: value for name, value in letter.values.items() if name != "token"}
        values["platform"] = self._platform
        page = self._pages[letter.template]
        values["link"] = f"{self._site}/{page.replace(_TOKEN, letter.values.get('token', ''))}"
        return values


def _check_pages(pages: Mapping[str, str]) -> None:
    missing = sorted(_MAILS - set(pages))
    if missing:
        raise ConfigError(f"The mails {', '.join(missing)} lead nowhere. Name a page for each.")
    for name, page in pages.items():
        if not page.startswith("#/"):
            raise ConfigError(f"The page of the mail '{name}' is '{page}'. Begin it with #/, so that no log keeps it.")
