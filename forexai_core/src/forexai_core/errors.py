"""Every error that ForexAI raises on purpose.

::

    ForexAIError
    ├ ConfigError                        a setting, parameter or argument is wrong
    ├ PluginError
    │  ├ PluginConflictError             two plugins offer one name
    │  ├ PluginMissingError              nothing offers the name that was asked for
    │  └ PluginContractError             a plugin does not keep its side of a hook
    ├ DataError
    │  ├ DataGapError                    prices are missing where they are needed
    │  ├ DataShapeError                  arrays of the wrong length, dtype or order
    │  ├ DataFormatError                 a file cannot be read (file, line, column)
    │  └ RateError                       a conversion rate is unknown or too old
    ├ TradingError
    │  ├ OrderRefusedError               refused by a rule (rule, limit, value)
    │  └ BrokerError
    │     ├ BrokerUnreachableError       not sent; may be tried again
    │     ├ OrderRejectedError           the venue said no
    │     └ OrderStateUnknownError       reconcile, never retry
    ├ StorageError
    │  ├ ConflictError                   something else is stored there, or the state does not allow it
    │  ├ FencedError                     another owner holds the lease
    │  ├ IntegrityError                  stored bytes are not what was written
    │  └ NotFoundError                   nothing is stored under that name
    └ BillingError
       └ QuotaExceededError              the plan's allowance is used up

No error carries an HTTP status: whoever speaks HTTP keeps one table of its own.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum
from typing import final

__all__ = [
    "BillingError",
    "BrokerError",
    "BrokerUnreachableError",
    "ConfigError",
    "ConflictError",
    "DataError",
    "DataFormatError",
    "DataGapError",
    "DataShapeError",
    "FencedError",
    "ForexAIError",
    "IntegrityError",
    "NotFoundError",
    "OrderRefusedError",
    "OrderRejectedError",
    "OrderStateUnknownError",
    "PluginConflictError",
    "PluginContractError",
    "PluginError",
    "PluginMissingError",
    "QuotaExceededError",
    "RateError",
    "RejectionKind",
    "StorageError",
    "TradingError",
    "did_you_mean",
]


class ForexAIError(Exception):
    """Anything that ForexAI raises on purpose."""


class ConfigError(ForexAIError, ValueError):
    """A setting, a parameter or an argument is wrong."""


class PluginError(ForexAIError):
    """Something is wrong with a plugin."""


@final
class PluginConflictError(PluginError):
    """Two plugins offer the same name."""


@final
class PluginMissingError(PluginError, LookupError):
    """No plugin offers the name that was asked for."""


@final
class PluginContractError(PluginError):
    """A plugin does not keep its side of a hook."""


class DataError(ForexAIError, ValueError):
    """Something is wrong with prices or other data."""


@final
class DataGapError(DataError):
    """Prices are missing where they are needed."""


@final
class DataShapeError(DataError):
    """Arrays have the wrong length, dtype, shape or order."""


@final
class DataFormatError(DataError):
    """A file cannot be read.

    Parameters
    ----------
    problem : str
        What is wrong.
    file : str
        The file as the user named it.
    line : int or None
        Line in the file, counted from 1.
    column : str or None
        Name (or number) of the column.
    remedy : str
        What the reader can do.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str,
        line: int | None = None,
        column: str | None = None,
        remedy: str = "",
    ) -> None:
        place = file
        if line is not None:
            place += f", line {line}"
        if column is not None:
            place += f", column {column}"
        message = f"{place}: {problem}"
        if remedy:
            message += f" {remedy}"
        super().__init__(message)
        self.problem = problem
        self.file = file
        self.line = line
        self.column = column
        self.remedy = remedy


@final
class RateError(DataError):
    """A conversion rate is unknown at the time it is needed, or too old."""


class TradingError(ForexAIError):
    """Something is wrong with an order or a position."""


@final
class OrderRefusedError(TradingError):
    """A rule of ours refused an order before it was sent.

    Parameters
    ----------
    message : str
        For the trader.
    rule : str
        Name of the rule that refused.
    limit, value : float or None
        The rule's limit and the value that broke it, in the rule's unit.
    """

    def __init__(self, message: str, *, rule: str, limit: float | None = None, value: float | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.limit = limit
        self.value = value


class BrokerError(TradingError):
    """A venue, or the way to it, failed."""


@final
class BrokerUnreachableError(BrokerError):
    """The venue was not reached; nothing was sent, so it may be tried again."""


class RejectionKind(StrEnum):
    """What a venue's refusal asks of whoever sent the order; an adapter translates the venue's codes into it."""

    FINAL = "final"
    """The order is wrong, or nobody wants it: do not ask again."""
    PRICE = "price"
    """The price has moved, or there is none: not executed, may be asked again at a fresh one."""
    BUSY = "busy"
    """Too many requests, or the account is locked: wait, look, then ask again."""
    FROZEN = "frozen"
    """Too near to the market to be changed now: may be asked again later."""
    SYMBOL = "symbol"
    """The symbol is not traded now, or not in this direction: no openings in it."""
    RESOURCES = "resources"
    """No money, or a limit of the account is reached: no openings at all."""
    HALTED = "halted"
    """The account may not trade, or not by a program: stop, and tell a person."""
    GONE = "gone"
    """The position is closed already: a stop or somebody else was first."""


@final
class OrderRejectedError(BrokerError):
    """The venue refused the order.

    Parameters
    ----------
    message : str
        For the trader.
    code : int or None
        The venue's own code.
    kind : RejectionKind
        What it asks of the sender.
    """

    def __init__(self, message: str, *, code: int | None = None, kind: RejectionKind = RejectionKind.FINAL) -> None:
        super().__init__(message)
        self.code = code
        self.kind = RejectionKind(kind)


@final
class OrderStateUnknownError(BrokerError):
    """Nobody knows whether the venue has the order: reconcile, never retry."""


class StorageError(ForexAIError):
    """A store of state failed."""


@final
class ConflictError(StorageError):
    """Something else is stored under that name, or what is stored does not allow the change."""


@final
class FencedError(StorageError):
    """The fencing token is older than the newest one seen: another owner holds the lease."""


@final
class IntegrityError(StorageError):
    """Stored bytes are not the ones that were written."""


@final
class NotFoundError(StorageError, LookupError):
    """Nothing is stored under that name."""


class BillingError(ForexAIError):
    """Metering or charging failed."""


@final
class QuotaExceededError(BillingError):
    """The plan's allowance is used up."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Say which known names a mistyped one resembles, as a clause that ends a message.

    Parameters
    ----------
    name : str
        What was typed.
    known : iterable of str
        The names that exist.

    Returns
    -------
    str
        ``"Did you mean 'x'?"``, else the list of known names, else an empty string.
    """
    names = sorted(set(known))
    folded = {candidate.casefold(): candidate for candidate in names}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.6)
    if near:
        return "Did you mean " + " or ".join(f"'{folded[match]}'" for match in near) + "?"
    if names:
        return "Known: " + ", ".join(names) + "."
    return ""
