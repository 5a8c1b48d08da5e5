"""Addresses of senders, with a name before them or without."""

from __future__ import annotations

from email.utils import parseaddr

from forexai_core.errors import ConfigError

__all__ = ["bare_address"]


def bare_address(text: str) -> str:
    """Give the address in ``ForexAI <desk@example.org>``: what a mail server is told, without the name.

    Raises
    ------
    ConfigError
        If there is none.
    """
    _, address = parseaddr(text)
    local, _, domain = address.rpartition("@")
    if not local or not domain or not text.isprintable() or " " in address:
        raise ConfigError(f"'{text}' is no sender of mails. Write desk@example.org, or ForexAI <desk@example.org>.")
    return address
