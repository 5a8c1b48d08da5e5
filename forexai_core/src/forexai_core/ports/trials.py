"""The ledger of trials: how often an idea was tried on the same data, so that luck can be told from skill."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import attrs

from forexai_core.errors import ConfigError, IntegrityError

__all__ = [
    "EMPTY_HEAD",
    "GENESIS",
    "Head",
    "Idea",
    "Trial",
    "Trials",
    "canonical_bytes",
    "chain",
    "from_canonical",
]

GENESIS = "0" * 64
"""What the first record is chained to."""

_VERSION = 1
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
_INT64 = 2**63


def _symbols(value: str | Iterable[str]) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else tuple(value)
    return tuple(sorted(set(names)))


def _not_empty(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if not value or not all(value):
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} is missing.")


def _int64(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if not -_INT64 <= value < _INT64:
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} {value} does not fit 64 bits.")


def _some(_: object, __: attrs.Attribute[int], value: int) -> None:
    if value < 1:
        raise ConfigError(f"A trial stands for 1 evaluation or more, not {value}.")


@attrs.frozen(kw_only=True)
class Idea:
    """What was tried on what.

    Attributes
    ----------
    strategy : str
        Its name.
    form : str
        How it is written: class, vector, compiled, rules. Kept for reading; the same strategy in another form is
        the same idea.
    symbols : tuple of str
        Sorted; a single text may be given.
    timeframe : str
        Such as ``H1``, or ``tick``.
    start_ns, stop_ns : int
        First and last time in the data, both included.
    """

    strategy: str = attrs.field(validator=_not_empty)
    form: str
    symbols: tuple[str, ...] = attrs.field(converter=_symbols, validator=_not_empty)
    timeframe: str = attrs.field(validator=_not_empty)
    start_ns: int = attrs.field(converter=int, validator=_int64)
    stop_ns: int = attrs.field(converter=int, validator=_int64)

    def __attrs_post_init__(self) -> None:
        """Refuse dates in the wrong order."""
        if self.stop_ns < self.start_ns:
            raise ConfigError(f"An idea's data cannot end ({self.stop_ns}) before it begins ({self.start_ns}).")

    def overlaps(self, other: Idea) -> bool:
        """Tell whether a trial of one was a trial of the other.

        So it is for the same strategy and timeframe when a symbol and a moment are shared. One symbol of several
        is enough: counting too many trials flatters nobody.
        """
        return (
            self.strategy == other.strategy
            and self.timeframe == other.timeframe
            and not set(self.symbols).isdisjoint(other.symbols)
            and self.start_ns <= other.stop_ns
            and other.start_ns <= self.stop_ns
        )


def _figures(value: Mapping[str, float | None]) -> Mapping[str, float | None]:
    plain = {name: None if figure is None else float(figure) for name, figure in value.items()}
    for name, figure in plain.items():
        if figure is not None and not math.isfinite(figure):
            raise ConfigError(f"The trial's figure '{name}' is {figure}: give None where it is undefined.")
    return MappingProxyType(plain)


@attrs.frozen(kw_only=True)
class Trial:
    """One record of the ledger: a backtest, or a whole sweep told once by its coordinator.

    Attributes
    ----------
    idea : Idea
        What was tried on what.
    parameters_hash : str
        Of the parameters of a backtest, or of the description of a sweep; hex.
    evaluations : int
        How many parameter sets were evaluated.
    input_fingerprint : str
        Of the data and settings; hex.
    metrics : mapping of str to float or None
        A few figures of the (best) result, such as ``sharpe`` and ``net_profit``; None where undefined.
    recorded_at_ns : int
        When, nanoseconds UTC.
    """

    idea: Idea
    parameters_hash: str
    evaluations: int = attrs.field(default=1, converter=int, validator=_some)
    input_fingerprint: str = ""
    metrics: Mapping[str, float | None] = attrs.field(factory=dict, converter=_figures)
    recorded_at_ns: int = attrs.field(converter=int, validator=_int64)


@attrs.frozen(kw_only=True)
class Head:
    """Where a ledger stands: stamped into every saved result, it makes later changes of the ledger visible.

    Attributes
    ----------
    length : int
        Number of records.
    sha256 : str
        Hash of the last one, chained over all; `GENESIS` when there is none.
    started_at_ns : int or None
        When the first one was recorded: a ledger that was deleted and begun anew has a later start.
    """

    length: int
    sha256: str
    started_at_ns: int | None


EMPTY_HEAD = Head(length=0, sha256=GENESIS, started_at_ns=None)
"""The head of a ledger without records."""


def canonical_bytes(trial: Trial) -> bytes:
    """Return the one way to write a trial: JSON, keys sorted, no spaces, ASCII, 64-bit integers as strings."""
    record = {
        "evaluations": trial.evaluations,
        "form": trial.idea.form,
        "input_fingerprint": trial.input_fingerprint,
        "metrics": dict(trial.metrics),
        "parameters_hash": trial.parameters_hash,
        "recorded_at_ns": str(trial.recorded_at_ns),
        "start_ns": str(trial.idea.start_ns),
        "stop_ns": str(trial.idea.stop_ns),
        "strategy": trial.idea.strategy,
        "symbols": trial.idea.symbols,
        "timeframe": trial.idea.timeframe,
        "version": _VERSION,
    }
    return _CANONICAL.encode(record).encode("ascii")


def from_canonical(content: bytes) -> Trial:
    """Read a trial back.

    Raises
    ------
    IntegrityError
        If these are not the canonical bytes of a trial.
    """
    try:
        record = json.loads(content)
        if record["version"] != _VERSION:
            raise IntegrityError(
                f"A trial of version {record['version']} was written by a newer release: install that one to read it."
            )
        idea = Idea(
            strategy=record["strategy"],
            form=record["form"],
            symbols=record["symbols"],
            timeframe=record["timeframe"],
            start_ns=int(record["start_ns"]),
            stop_ns=int(record["stop_ns"]),
        )
        return Trial(
            idea=idea,
            parameters_hash=record["parameters_hash"],
            evaluations=record["evaluations"],
            input_fingerprint=record["input_fingerprint"],
            metrics=record["metrics"],
            recorded_at_ns=int(record["recorded_at_ns"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise IntegrityError(
            f"This is no trial: {content[:80]!r}… ({problem}). The ledger of trials is damaged: "
            "'forexai trials verify' names the line; move the file away to begin a new ledger, "
            "which then shows a new start."
        ) from problem


def chain(previous: str, content: bytes) -> str:
    """Return the hash of a record: SHA-256 of the previous hash (32 bytes) followed by the canonical bytes, hex."""
    return hashlib.sha256(bytes.fromhex(previous) + content).hexdigest()


@runtime_checkable
class Trials(Protocol):
    """An append-only, hash-chained ledger of every evaluation. Synchronous, from any thread or process.

    It proves nothing against who owns the machine and all its results; it makes honest people count, and makes a
    ledger that was edited, reordered, cut or begun anew contradict the heads stamped into saved results. It
    carries no fence: nobody owns it, and a late record is as true as an early one.
    """

    def record(self, trial: Trial) -> Head:
        """Append a trial; return the head after it.

        On return it survives the end of the process; after `flush`, a power failure. (A sync costs more than a
        short backtest; whoever saves a result flushes first, so a stamped head is never ahead of the ledger.)

        Raises
        ------
        IntegrityError
            If the ledger's end is damaged.
        StorageError
            If it could not be written; then nothing was added.
        """
        ...

    def count(self, idea: Idea) -> int:
        """Return the evaluations recorded of the same idea (`Idea.overlaps`), by every process.

        Raises
        ------
        IntegrityError
            If the ledger cannot be read.
        """
        ...

    def head(self) -> Head:
        """Return where the ledger stands."""
        ...

    def records(self) -> Iterator[Trial]:
        """Iterate over the trials, oldest first."""
        ...

    def verify(self, head: Head | None = None) -> Head:
        """Check the whole chain, and that it contains a stamped head; return the present head.

        Raises
        ------
        IntegrityError
            If a record was edited, reordered or removed; or if the ledger does not contain ``head``: shorter
            than it was, begun later, or other records before it.
        """
        ...

    def flush(self) -> None:
        """Make everything recorded so far survive a power failure.

        Raises
        ------
        StorageError
            If that failed.
        """
        ...
