"""The book of usage: what was reserved, settled and released, as a pure function of the entries of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs

from forexai_core.errors import BillingError, ConfigError, IntegrityError
from forexai_core.ports.billing import Reservation, Usage
from forexai_core.ports.journal import Entry, JournalRecord

__all__ = ["Kept", "UsageBook", "check_text", "released_entry", "reserved_entry", "settled_entry"]

_LONGEST = 200
_RESERVED, _SETTLED, _RELEASED = "billing.reserved", "billing.settled", "billing.released"


@attrs.frozen(kw_only=True)
class Kept:
    """A reservation as it stands.

    Attributes
    ----------
    asked : int
        Units that were reserved at first.
    time_ns : int
        When: it counts in that period, whenever it is settled.
    """

    reservation: Reservation
    asked: int
    time_ns: int


def reserved_entry(time_ns: int, *, key: str, subject: str, feature: str, amount: int) -> Entry:
    """Write that units are kept aside."""
    return _entry(time_ns, _RESERVED, key=key, subject=subject, feature=feature, amount=amount)


def settled_entry(time_ns: int, *, key: str, amount: int) -> Entry:
    """Write that units were used, and the rest is free."""
    return _entry(time_ns, _SETTLED, key=key, amount=amount)


def released_entry(time_ns: int, *, key: str) -> Entry:
    """Write that nothing was used."""
    return _entry(time_ns, _RELEASED, key=key)


def _entry(time_ns: int, kind: str, **told: Any) -> Entry:
    return Entry(time_ns=time_ns, kind=kind, payload=json.dumps(told, sort_keys=True).encode())


class UsageBook:
    """Reservations by key; changed by the entries of the stream alone, each once and in order."""

    def __init__(self) -> None:
        self.sequence = 0
        """Number of the last entry that was taken in."""
        self._kept: dict[str, Kept] = {}
        self._keys: dict[tuple[str, str], list[str]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: str) -> Kept | None:
        """Give what is kept under a key."""
        return self._kept.get(key)

    def known(self, key: str) -> Kept:
        """Give what is kept under a key.

        Raises
        ------
        BillingError
            If nothing is.
        """
        kept = self._kept.get(key)
        if kept is None:
            raise BillingError(f"Nothing was reserved under '{key:.80}'. Reserve before you settle or release.")
        return kept

    def usage(self, subject: str, feature: str, start_ns: int, stop_ns: int) -> Usage:
        """Add up what a subject reserved in ``[start_ns, stop_ns)``; over all time where both are 0."""
        settled = reserved = 0
        for kept in self._of(subject, feature):
            if stop_ns and not start_ns <= kept.time_ns < stop_ns:
                continue
            settled += kept.reservation.amount if kept.reservation.state == "settled" else 0
            reserved += kept.reservation.amount if kept.reservation.state == "reserved" else 0
        return Usage(feature=feature, settled=settled, reserved=reserved)

    def take_in(self, record: JournalRecord) -> None:
        """Take in the next entry; one that was taken in before changes nothing.

        Raises
        ------
        IntegrityError
            If entries are missing in between, or it says what cannot be.
        """
        if record.sequence <= self.sequence:
            return
        if record.sequence != self.sequence + 1:
            raise IntegrityError(f"The book of usage lacks entry {self.sequence + 1} before {record.sequence}.")
        try:
            told = json.loads(record.payload)
            kept = self._changed(record, told)
        except (ValueError, KeyError, TypeError, BillingError) as problem:
            raise IntegrityError(
                f"Entry {record.sequence} of the book of usage says what cannot be: {problem}"
            ) from problem
        self._kept[kept.reservation.key] = kept
        self.sequence = record.sequence

    def _changed(self, record: JournalRecord, told: dict[str, Any]) -> Kept:
        key: str = told["key"]
        if record.kind == _RESERVED:
            if key in self._kept:
                raise BillingError(f"'{key}' is reserved twice.")
            reservation = Reservation(state="reserved", **told)
            self._keys.setdefault((reservation.subject, reservation.feature), []).append(key)
            return Kept(reservation=reservation, asked=reservation.amount, time_ns=record.time_ns)
        before = self.known(key)
        if before.reservation.state != "reserved" or record.kind not in {_SETTLED, _RELEASED}:
            raise BillingError(f"'{key}' is {before.reservation.state}, and then {record.kind}.")
        state, amount = ("settled", told["amount"]) if record.kind == _SETTLED else ("released", 0)
        return attrs.evolve(before, reservation=attrs.evolve(before.reservation, state=state, amount=amount))

    def _of(self, subject: str, feature: str) -> Iterator[Kept]:
        return (self._kept[key] for key in self._keys.get((subject, feature), ()))


def check_text(what: str, value: object) -> str:
    """Take a subject or a key: some text, not too long.

    Raises
    ------
    ConfigError
        If it is none.
    """
    if isinstance(value, str) and len(value.strip()) > 0 and len(value) <= _LONGEST:
        return value
    raise ConfigError(f"{value!r:.100} cannot be a {what}: give a text of 1 to {_LONGEST} characters.")
