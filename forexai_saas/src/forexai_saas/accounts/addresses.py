"""Mail addresses as they are compared."""

from __future__ import annotations

import re
import unicodedata

from forexai_saas.errors import AccountError

__all__ = ["plain_address"]

# Anything that a mail server could take; whether it does is proved by a mail, not by a pattern.
_SHAPE = re.compile(r"[^@\s\x00-\x1f\x7f<>,;:\"()\[\]\\]{1,64}@[^@\s\x00-\x1f\x7f<>,;:\"()\[\]\\]{1,189}")
_LONGEST = 254


def plain_address(text: str) -> str:
    """Give an address in the one form in which it is kept and compared: NFKC, small letters, no blanks around.

    Raises
    ------
    AccountError
        If it is no address.
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(plain) > _LONGEST or not _SHAPE.fullmatch(plain) or plain.endswith("."):
        raise AccountError("email.wrong", "This is no mail address. Write it as name@example.org.")
    return plain
