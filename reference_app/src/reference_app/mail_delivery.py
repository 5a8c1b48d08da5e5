"""The way by which mails go out, by the settings: a mail server, or a folder of the home that its owner reads."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import SecretStr, ValidationError

from forexai_core.errors import ConfigError
from forexai_core.ports.clock import Clock
from forexai_saas.notifications.composing import Composer
from forexai_saas.notifications.mail_folder import MailFolder
from forexai_saas.notifications.smtp import SmtpSender, SmtpSettings
from reference_app.settings import AppSettings

__all__ = ["MAILS", "delivery_of"]

MAILS = "mails"
"""Folder of a home for mails, where there is no mail server."""

_IMPLICIT_TLS = 465


def delivery_of(settings: AppSettings, home: Path, clock: Clock) -> SmtpSender | MailFolder:
    """Give the way that the settings name; without a mail server, the folder of the home.

    Raises
    ------
    ConfigError
        If the settings of the mail server are not right.
    """
    composer = Composer(sender=settings.mail_from, platform=settings.accounts.issuer, site=settings.base, clock=clock)
    if settings.mail_server is None:
        return MailFolder(home / MAILS, composer)
    return SmtpSender(_server(settings, settings.mail_server), composer)


def _server(settings: AppSettings, server: str) -> SmtpSettings:
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigError(f"mail_server '{server}' is no host and port. Write smtp.example.org:587.")
    by_port: Literal["tls", "starttls"] = "tls" if int(port) == _IMPLICIT_TLS else "starttls"
    try:
        return SmtpSettings(
            host=host.strip("[]"),
            port=int(port),
            security=settings.mail_security or by_port,
            user=settings.mail_user or "",
            password=settings.mail_password or SecretStr(""),
            sender=settings.mail_from,
            ca_file=str(settings.mail_ca_file or ""),
        )
    except ValidationError as problem:
        told = "; ".join(each["msg"].removeprefix("Value error, ") for each in problem.errors())
        raise ConfigError(f"The settings of the mail server '{server}' are not right: {told}.") from problem
