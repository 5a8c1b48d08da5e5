"""Secrets: keys and passwords, by name."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NoReturn, Protocol, final, runtime_checkable

from forexai_core.errors import ConfigError

__all__ = ["Secret", "Secrets"]


@final
class Secret:
    """A text that does not show itself.

    ``repr``, ``str`` and formatting give a mask; it cannot be pickled, nor hashed; comparing takes the same
    time whatever differs. Only `reveal` gives the text, so every place that uses it can be searched for.

    Parameters
    ----------
    text : str
        The secret.

    Raises
    ------
    ConfigError
        If it is no text.
    """

    __slots__ = ("_text",)

    _text: str

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise ConfigError(f"A Secret is made from text, not from {type(text).__name__}.")
        object.__setattr__(self, "_text", text)

    def reveal(self) -> str:
        """Return the text. Never put it into a log, an error or a result."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    __hash__ = None  # type: ignore[assignment]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("A Secret does not change: make another.")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("A Secret does not change: make another.")

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Secret does not leave its process by pickling or copying: hand over its name.")


@runtime_checkable
class Secrets(Protocol):
    """A store of secrets. Names are no secrets; values never appear in an error, a log or a ``repr``."""

    async def get(self, name: str) -> Secret:
        """Return a secret.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        IntegrityError
            If what is stored was changed, moved to another name, or belongs to another key.
        """
        ...

    async def set(self, name: str, secret: Secret) -> None:
        """Store a secret durably in place of the one that was there.

        Raises
        ------
        ConfigError
            If the name is no name.
        StorageError
            If it could not be stored; then the former one is still there.
        """
        ...

    async def add(self, name: str, secret: Secret) -> bool:
        """Store a secret durably where there is none of that name; return whether it was stored.

        Of several that add one at once, in whatever processes, one stores it: whoever needs a key that all share adds
        one, and then gets the one that is there.

        Raises
        ------
        ConfigError
            If the name is no name.
        StorageError
            If it could not be stored.
        """
        ...

    async def names(self) -> Sequence[str]:
        """Return the names, sorted."""
        ...

    async def delete(self, name: str) -> bool:
        """Forget a secret; return whether there was one."""
        ...
