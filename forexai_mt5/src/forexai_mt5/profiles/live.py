"""What a connected terminal shows of its account, for finding its broker."""

from __future__ import annotations

from typing import Any, Protocol

from forexai_core.errors import BrokerUnreachableError
from forexai_mt5.profiles.identification import Sighting

__all__ = ["Asked", "Package", "sight"]

_MOST_SYMBOLS = 5_000


class Asked(Protocol):
    """An answer of the package."""

    @property
    def value(self) -> Any:
        """What it gave."""
        ...

    @property
    def error(self) -> tuple[int, str]:
        """What ``last_error`` said after it."""
        ...


class Package(Protocol):
    """The MetaTrader 5 package in its process; :class:`forexai_mt5.worker.worker.Worker` is one."""

    async def call(self, name: str, /, *args: Any, **kwargs: Any) -> Asked:
        """Call a function of it."""
        ...


async def sight(package: Package) -> Sighting:
    """Look at the account of a terminal that is connected; nothing is changed there.

    Raises
    ------
    BrokerUnreachableError
        If the terminal shows no account.
    """
    answer = await package.call("account_info")
    if answer.value is None:
        raise BrokerUnreachableError(
            f"The terminal shows no account: {answer.error[1]} ({answer.error[0]}). Log in there first."
        )
    symbols = (await package.call("symbols_get")).value or ()
    return Sighting(
        server=answer.value.server,
        company=answer.value.company,
        symbols=tuple(each.name for each in symbols[:_MOST_SYMBOLS]),
    )
