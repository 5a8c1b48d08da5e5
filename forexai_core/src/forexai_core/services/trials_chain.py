"""What every ledger of trials does, wherever it is kept: number, chain, verify, count."""

from __future__ import annotations

import json
from collections.abc import Iterable

import attrs

from forexai_core.errors import IntegrityError
from forexai_core.ports.trials import EMPTY_HEAD, Head, Idea, Trial, canonical_bytes, chain, from_canonical

__all__ = ["Counts", "Line", "followed", "next_line", "verified"]


@attrs.frozen(kw_only=True)
class Line:
    """A record as it is kept: its number from 1, its chained hash, its canonical bytes."""

    number: int
    sha256: str
    content: bytes

    def encoded(self) -> bytes:
        """Write it as a line of text."""
        return b"%d %s %s\n" % (self.number, self.sha256.encode(), self.content)

    @classmethod
    def decoded(cls, text: bytes, place: str) -> Line:
        """Read it back.

        Raises
        ------
        IntegrityError
            If it is no such line.
        """
        parts = text.rstrip(b"\n").split(b" ", 2)
        try:
            number, sha256, content = int(parts[0]), parts[1].decode("ascii"), parts[2]
            bytes.fromhex(sha256)
        except (ValueError, IndexError):
            raise IntegrityError(
                f"{place} holds a line that is no trial: {text[:80]!r}. Restore the file from a backup, or move it "
                "away; a new ledger then shows its new start date."
            ) from None
        return cls(number=number, sha256=sha256, content=content)


def next_line(head: Head, trial: Trial) -> tuple[Line, Head]:
    """Return the line that a trial becomes after a head, and the head after it."""
    content = canonical_bytes(trial)
    line = Line(number=head.length + 1, sha256=chain(head.sha256, content), content=content)
    return line, _after(head, line, trial)


def _after(head: Head, line: Line, trial: Trial) -> Head:
    started = trial.recorded_at_ns if head.started_at_ns is None else head.started_at_ns
    return Head(length=line.number, sha256=line.sha256, started_at_ns=started)


def followed(head: Head, line: Line, place: str) -> Head:
    """Return the head after a line that should follow a head.

    Raises
    ------
    IntegrityError
        If it does not.
    """
    if line.number != head.length + 1 or line.sha256 != chain(head.sha256, line.content):
        raise IntegrityError(
            f"{place}: record {head.length + 1} is not the one that was written there; records were edited, "
            "reordered or removed. Restore the file from a backup, or move it away to begin a new ledger."
        )
    return _after(head, line, from_canonical(line.content))


def verified(lines: Iterable[Line], head: Head | None, place: str) -> Head:
    """Walk along the chain; return the head at its end.

    Parameters
    ----------
    lines : iterable of Line
        All, in order.
    head : Head or None
        A stamped head that must be passed.
    place : str
        For messages.

    Raises
    ------
    IntegrityError
        At the first record that is not what it was, or if the stamped head is not passed.
    """
    present = EMPTY_HEAD
    passed = head is None or head == EMPTY_HEAD
    for line in lines:
        present = followed(present, line, place)
        passed = passed or present == head
    if not passed and head is not None:
        raise IntegrityError(_contradiction(present, head, place))
    return present


def _contradiction(present: Head, head: Head, place: str) -> str:
    stands = f"{place} has {present.length} records, begun at {present.started_at_ns}"
    stamped = f"the stamped head has {head.length}, begun at {head.started_at_ns}"
    if present.started_at_ns != head.started_at_ns:
        return f"{stands}; {stamped}: the ledger was deleted and begun anew, or is another one."
    if present.length < head.length:
        return f"{stands}; {stamped}: the ledger was cut."
    return f"{stands}; {stamped}, with another record there: the ledger was rewritten."


class Counts:
    """Evaluations by idea, kept as records arrive."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], dict[tuple[tuple[str, ...], str, str], tuple[Idea, int]]] = {}

    def add(self, content: bytes) -> None:
        """Count a record by its canonical bytes.

        Raises
        ------
        IntegrityError
            If they are none.
        """
        try:
            record = json.loads(content)
            same = self._kept.setdefault((record["strategy"], record["timeframe"]), {})
            key = (tuple(record["symbols"]), record["start_ns"], record["stop_ns"])
            known = same.get(key)
            # Most records repeat an idea: only a new one is read in full.
            idea, before = (from_canonical(content).idea, 0) if known is None else known
            same[key] = (idea, before + int(record["evaluations"]))
        except (ValueError, KeyError, TypeError) as problem:
            raise IntegrityError(f"This is no trial: {content[:80]!r}… ({problem}).") from problem

    def add_trial(self, trial: Trial) -> None:
        """Count a record that has just been written."""
        idea = trial.idea
        same = self._kept.setdefault((idea.strategy, idea.timeframe), {})
        key = (idea.symbols, str(idea.start_ns), str(idea.stop_ns))
        known, before = same.get(key, (idea, 0))
        same[key] = (known, before + trial.evaluations)

    def count(self, idea: Idea) -> int:
        """Return the evaluations of an idea (`Idea.overlaps`)."""
        same = self._kept.get((idea.strategy, idea.timeframe), {})
        return sum(evaluations for other, evaluations in same.values() if idea.overlaps(other))
