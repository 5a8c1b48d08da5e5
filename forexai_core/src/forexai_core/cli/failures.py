"""From an error to an exit code and one line for the person at the terminal."""

from __future__ import annotations

import os
import sysconfig
import traceback
from enum import IntEnum
from pathlib import Path

from forexai_core.cli.remedies import in_options
from forexai_core.errors import (
    BillingError,
    BrokerError,
    DataError,
    ForexAIError,
    OrderRefusedError,
    StorageError,
    TradingError,
)

__all__ = ["ExitCode", "exit_code", "message_of", "place_of"]


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


# Where code lies that is neither the person's nor a file's on the way to it.
_INSTALLED = tuple(
    f"{folder}{os.sep}"
    for folder in (Path(__file__).parents[1], *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))
)

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


def place_of(error: BaseException) -> str:
    """Say where in a person's own file an error arose, and what the strategy was deciding on.

    Returns
    -------
    str
        ``file.py, line 12: EURUSD, at 2017-01-05T10:00:00Z: ``; empty where no file of a person's is involved.
    """
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename)]
    if not own:
        return ""
    notes = "".join(f"{note}: " for note in getattr(error, "__notes__", ()))
    return f"{own[-1].filename}, line {own[-1].lineno}: {notes}"


def _is_own(file: str) -> bool:
    # Code that is made at run time stands in no file: <string>, <frozen …>.
    return not file.startswith(("<", *_INSTALLED)) and "site-packages" not in file
