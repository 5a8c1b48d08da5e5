"""What may be the name of a stream, a topic, a key, a resource or a secret."""

from __future__ import annotations

import re

from forexai_core.errors import ConfigError

__all__ = ["LONGEST_NAME", "check_name"]

LONGEST_NAME = 200
"""Most characters of a name."""

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._:@+=-]*[A-Za-z0-9_=+-])?"
_NAME = re.compile(f"{_PART}(?:/{_PART})*")


def check_name(kind: str, name: object) -> str:
    """Return a name unchanged if every store can keep it.

    Parts are parted by ``/``; each begins with a letter or digit, goes on with those and ``. _ : @ + = -``,
    and does not end with ``.``, ``:`` or ``@``. So no name climbs out of a folder, is hidden, or is empty.

    Parameters
    ----------
    kind : str
        What it names, for the message.
    name : object
        The name.

    Raises
    ------
    ConfigError
        If it is no such name.
    """
    if isinstance(name, str) and len(name) <= LONGEST_NAME and _NAME.fullmatch(name):
        return name
    shown = repr(name) if len(repr(name)) <= LONGEST_NAME else repr(name)[:LONGEST_NAME] + "…"
    raise ConfigError(
        f"{shown} cannot be the name of a {kind}: write letters, digits and . _ : @ + = - in parts separated by "
        f"single '/', each beginning with a letter or digit, {LONGEST_NAME} characters at most."
    )
