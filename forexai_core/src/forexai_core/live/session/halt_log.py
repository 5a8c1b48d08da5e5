"""Which halts covered an account at each price: held while the price is taken, and written where they have changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from forexai_core.errors import IntegrityError
from forexai_core.live.session.account import Covering
from forexai_core.ports.halts import Halt

__all__ = ["HaltLog", "halts_of"]

Standing = Mapping[str, tuple[Halt, ...]]


class HaltLog:
    """Holds the halts of an account from one price to the next, so that a repetition can meet the same ones.

    Parameters
    ----------
    names : sequence of str
        The account's strategies.
    inner : callable, optional
        Tells which halts cover a strategy now; without it only ``recorded`` ones do.
    recorded : mapping of int to mapping
        By the number of the price at which they changed, what covered each strategy from then on.
    repeats : callable, optional
        Whether the recorded ones still hold, and not those of now.
    """

    def __init__(
        self,
        names: Sequence[str],
        inner: Covering | None,
        recorded: Mapping[int, Standing] | None = None,
        repeats: Callable[[], bool] | None = None,
    ) -> None:
        self._names, self._inner = ("", *names), inner
        self._recorded, self._repeats = recorded or {}, repeats
        self._standing: Standing = {}

    def __call__(self, strategy: str, _time_ns: int) -> tuple[Halt, ...]:
        """Give those that cover a strategy; empty for the account itself."""
        return self._standing.get(strategy, ())

    def hold(self, price: int, time_ns: int) -> dict[str, Any] | None:
        """Hold what stands as a price is taken; give the record to be written where it has changed.

        Parameters
        ----------
        price : int
            Its number.
        time_ns : int
            When it ends, nanoseconds UTC.
        """
        if self._inner is None or (self._repeats is not None and self._repeats()):
            now = self._recorded.get(price, self._standing)
        else:
            now = {name: halts for name in self._names if (halts := self._inner(name, time_ns))}
        if now == self._standing:
            return None
        self._standing = now
        return {
            "price": price,
            "halts": {name: [_fields(halt) for halt in halts] for name, halts in now.items()},
        }


def _fields(halt: Halt) -> dict[str, Any]:
    return attrs.asdict(halt) | {"scope": str(halt.scope), "time_ns": str(halt.time_ns)}


def halts_of(record: Mapping[str, Any]) -> tuple[int, Standing]:
    """Read a record of :meth:`HaltLog.hold`: the number of the price, and what covered each strategy from then on.

    Raises
    ------
    IntegrityError
        If it is none.
    """
    try:
        standing = {
            str(name): tuple(Halt(**(each | {"time_ns": int(each["time_ns"])})) for each in halts)
            for name, halts in record["halts"].items()
        }
        return int(record["price"]), standing
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise IntegrityError(f"A record of halts cannot be read ({problem!r}). Restore the journal.") from problem
