"""Codes for errors, so that the window says them in its language."""

from __future__ import annotations

from forexai_core.errors import BrokerUnreachableError, ConfigError, StorageError
from forexai_mt5.connector.credentials import NotPairedError
from forexai_mt5.connector.one_process import AlreadyRunningError
from forexai_mt5.connector.service import DismissedError
from forexai_mt5.desktop.updates import UpdateRefusedError

__all__ = ["failure_of"]

# The narrower come first.
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (NotPairedError, "unpaired"),
    (DismissedError, "dismissed"),
    (AlreadyRunningError, "running"),
    (UpdateRefusedError, "update"),
    (BrokerUnreachableError, "unreachable"),
    (StorageError, "storage"),
    (ConfigError, "settings"),
)


def failure_of(problem: Exception) -> tuple[str, str]:
    """Give the code of ``failed.`` of an error, and its own text; nothing of an error that nobody expected."""
    for kind, code in _CODES:
        if isinstance(problem, kind):
            return code, str(problem)
    # Its text may hold what is nobody's business.
    return "unexpected", type(problem).__name__
