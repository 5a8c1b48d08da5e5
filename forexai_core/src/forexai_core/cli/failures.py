"""From an error to an exit code and one line for the person at the terminal."""

from __future__ import annotations

import re
from enum import IntEnum

from forexai_core.errors import (
    BillingError,
    BrokerError,
    DataError,
    ForexAIError,
    OrderRefusedError,
    StorageError,
    TradingError,
)

__all__ = ["ExitCode", "exit_code", "in_options", "message_of"]


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    FOUND = 1
    """A check found something."""
    USAGE = 2
    """Wrong use: a setting, an option, a name."""
    DATA = 3
    """Bad data: a file that cannot be read or written, prices that are wrong or missing."""
    VENUE = 4
    """A venue, a service or the network."""
    REFUSED = 5
    """Refused by a rule of risk."""
    INTERRUPTED = 130
    CLOSED_PIPE = 141


_READING = re.compile(
    r"\b(ambiguous|date_order|decimal|delimiter|encoding|epoch|future|missing|sort|spikes)=('?)([^\s'.,;)]+)\2(?![\w'])"
)
_ARGUMENT = re.compile(r"\b(timeframe|timezone|symbol|clock|on_overlap|quarantine|bid|ask)=('?)([\w+/-]*)\2(?![\w'])")

_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (DataError, ExitCode.DATA),
    (StorageError, ExitCode.DATA),
    (OrderRefusedError, ExitCode.REFUSED),
    (BrokerError, ExitCode.VENUE),
    (BillingError, ExitCode.VENUE),
    (TradingError, ExitCode.REFUSED),
    (ForexAIError, ExitCode.USAGE),
    (OSError, ExitCode.DATA),
)


def exit_code(error: BaseException) -> ExitCode | None:
    """Give the exit code of an error; None for one that nobody raised on purpose."""
    if isinstance(error, OSError) and not isinstance(error, ForexAIError) and error.filename is None:
        return None
    return next((code for kind, code in _CODES if isinstance(error, kind)), None)


def message_of(error: BaseException) -> str:
    """Write an error in one line."""
    if isinstance(error, OSError) and not isinstance(error, ForexAIError):
        return f"{error.filename}: {error.strerror or error}."
    return in_options(" ".join(str(error).split())) or type(error).__name__


def in_options(message: str) -> str:
    """Say remedies that name an argument of Python as the option of the same name."""
    message = message.replace("pass on_bad='quarantine' to set", "import it with 'forexai data import' to set")
    message = _READING.sub(r"--read \1=\3", message)
    return _ARGUMENT.sub(lambda found: f"--{found[1].replace('_', '-')} {found[3]}".rstrip(), message)
