"""Mails without a mail server: kept in a folder of the home, where whoever runs the platform can look at them."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import final

import attrs

from forexai_core.errors import NotFoundError
from forexai_core.services.disk import Disk, storing
from forexai_saas.notifications.composing import Composer
from forexai_saas.notifications.outbox import Letter

__all__ = ["KeptMail", "MailFolder"]

_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[0-9a-f]{32}")


@attrs.frozen(kw_only=True)
class KeptMail:
    """A mail in the folder.

    Attributes
    ----------
    name : str
        By which :meth:`MailFolder.read` gives it; in the order in which mails were written.
    text : str
        May hold a link that lets somebody in.
    """

    name: str
    to: str
    subject: str
    date: str
    text: str = attrs.field(repr=False)


@final
class MailFolder:
    """Delivers letters into a folder; give it to a ``PostRoom`` where no mail server is set.

    A letter that comes twice takes its own place, so each is there once.

    Parameters
    ----------
    folder : Path
        Only its owner can read what is in it.
    composer : Composer
        Writes the mails.
    """

    def __init__(self, folder: Path, composer: Composer) -> None:
        self._folder = folder
        self._composer = composer

    async def __call__(self, letter: Letter) -> None:
        """Deliver one."""
        await asyncio.to_thread(self._keep, letter)

    def list(self) -> Sequence[KeptMail]:
        """Give all mails, the newest first."""
        names = sorted((file.stem for file in self._folder.glob("*.eml") if _NAME.fullmatch(file.stem)), reverse=True)
        return [self.read(name) for name in names]

    def read(self, name: str) -> KeptMail:
        """Give one mail.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        file = self._folder / f"{name}.eml"
        if not _NAME.fullmatch(name) or not file.is_file():
            raise NotFoundError("There is no such mail.")
        mail = message_from_bytes(file.read_bytes(), policy=SMTP, _class=EmailMessage)
        body = mail.get_body(("plain",))
        text = "" if body is None else str(body.get_content())
        return KeptMail(name=name, to=str(mail["To"]), subject=str(mail["Subject"]), date=str(mail["Date"]), text=text)

    def _keep(self, letter: Letter) -> None:
        # By the mail's own key: in the order of time, and the same again where it is delivered a second time.
        file = self._folder / f"{letter.mail_id.hex}.eml"
        mail = self._composer.compose(letter)
        with storing(f"Keeping a mail in {self._folder}"):
            Disk().make_folder(self._folder)
            Disk().replace(file, mail.as_bytes(policy=SMTP), mode=0o600)
        _LOG.info("no mail server is set: the mail '%s' lies in %s", letter.template, file)
