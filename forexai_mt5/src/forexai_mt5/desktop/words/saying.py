"""Texts and numbers in the language of whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_mt5.desktop.words.english import ENGLISH
from forexai_mt5.desktop.words.indonesian import INDONESIAN

__all__ = ["LANGUAGES", "Texts", "texts_of"]

_MINUS = "\N{MINUS SIGN}"


@attrs.frozen
class Texts:
    """Says things in one language.

    Attributes
    ----------
    language : str
        ISO 639-1.
    name : str
        As its speakers call it.
    words : Mapping
        Text by code.
    thousands, point : str
        In numbers.
    """

    language: str
    name: str
    words: Mapping[str, str] = attrs.field(repr=False)
    thousands: str
    point: str

    def say(self, code: str, **values: object) -> str:
        """Say what stands for a code, with values in their places."""
        return self.words[code].format(**values)

    def number(self, value: Decimal | float, digits: int) -> str:
        """Write a number with so many digits behind the point."""
        return self._pointed(f"{value:,.{digits}f}")

    def amount(self, value: Decimal | float, currency: str) -> str:
        """Write money, two digits."""
        return f"{self.number(value, 2)} {currency}".strip()

    def exact(self, value: Decimal, *, least: int = 0) -> str:
        """Write a price or a volume as exactly as it is, with so many digits behind the point at least."""
        whole, _, part = f"{value:,f}".partition(".")
        digits = part.rstrip("0").ljust(least, "0")
        return self._pointed(f"{whole}.{digits}" if digits else whole)

    def _pointed(self, plain: str) -> str:
        swapped = {",": self.thousands, ".": self.point, "-": _MINUS}
        return "".join(swapped.get(letter, letter) for letter in plain)


LANGUAGES: Mapping[str, Texts] = MappingProxyType(
    {
        "en": Texts("en", "English", ENGLISH, ",", "."),
        "id": Texts("id", "Bahasa Indonesia", INDONESIAN, ".", ","),
    }
)
"""By code."""


def texts_of(language: str) -> Texts:
    """Give the texts of a language.

    Raises
    ------
    ConfigError
        If there is none of that code.
    """
    try:
        return LANGUAGES[language]
    except KeyError:
        raise ConfigError(f"The window does not speak '{language}'. {did_you_mean(language, LANGUAGES)}") from None
