"""Errors of the platform library, below those of the core.

::

    ForexAIError
    ├ StorageError
    │  ├ SchemaError        the database's tables are not those of this release
    │  └ ScopeError         a statement reaches beyond the tenant or the person it is made for
    ├ UndeliverableError    a mail that no further try would deliver
    └ AccountError          a sign-in, a token or a right is refused; carries a message code

No error carries an HTTP status.
"""

from __future__ import annotations

from typing import final

from forexai_core.errors import ForexAIError, StorageError

__all__ = ["AccountError", "SchemaError", "ScopeError", "UndeliverableError"]


@final
class SchemaError(StorageError):
    """The database's tables are not those that this release works with."""


@final
class ScopeError(StorageError):
    """A statement reaches beyond the tenant or the person it is made for, or could."""


@final
class UndeliverableError(ForexAIError):
    """A mail cannot be delivered, and trying again would not change that."""


@final
class AccountError(ForexAIError):
    """Something about an account is refused.

    Parameters
    ----------
    code : str
        What the application translates for the reader, such as ``sign-in.refused``.
    message : str
        The same in English.
    retry_after_s : float
        When it is worth trying again; 0 where time changes nothing.
    """

    def __init__(self, code: str, message: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_s = retry_after_s
