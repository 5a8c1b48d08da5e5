"""Links of the chain: what is hashed, and how a broken one is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from uuid import UUID

import attrs

from forexai_core.errors import ConfigError

__all__ = ["BrokenLink", "Detail", "Record", "first_broken", "first_link", "link_of", "written_details"]

Detail = str | int | bool | None
"""What a detail may be: nothing that a database or a JSON library might write in another way."""

_FORMAT = b"forexai audit 1"


@attrs.frozen(kw_only=True)
class Record:
    """One record as it is kept.

    Attributes
    ----------
    number : int
        From 1.
    time_ns : int
        Nanoseconds UTC.
    action : str
        Such as ``sign-in.done``.
    actor, subject : str
        Pseudonyms of who did it and of whom it concerns; ``system`` and ``platform`` stand for themselves.
    details : str
        JSON of what is not personal.
    sealed : bytes
        What is personal, encrypted; may be empty.
    link : bytes
        Hash of the link before and of this record.
    """

    number: int
    time_ns: int
    action: str
    actor: str
    subject: str
    details: str
    sealed: bytes = attrs.field(repr=False)
    link: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class BrokenLink:
    """Where a chain does not hold.

    Attributes
    ----------
    number : int
        Of the first record that is not what it was.
    problem : str
        What is wrong with it.
    """

    number: int
    problem: str


def first_link(tenant_id: UUID) -> bytes:
    """Give what the first record of a tenant follows."""
    return hashlib.sha256(_FORMAT + tenant_id.bytes).digest()


def link_of(before: bytes, record: Record) -> bytes:
    """Hash a record onto the link before it; the record's own link is not looked at.

    The lengths of all parts go in, so that no two records are written alike.
    """
    parts = (
        before,
        str(record.number).encode(),
        str(record.time_ns).encode(),
        record.action.encode(),
        record.actor.encode(),
        record.subject.encode(),
        record.details.encode(),
        record.sealed,
    )
    return hashlib.sha256(b"".join(len(part).to_bytes(4) + part for part in parts)).digest()


def first_broken(records: Iterable[Record], *, after: int, before: bytes) -> BrokenLink | None:
    """Find the first record that does not follow.

    Parameters
    ----------
    records : iterable of Record
        In the order of their numbers.
    after : int
        Number of the record before the first of them; 0 at the beginning.
    before : bytes
        Its link.
    """
    for record in records:
        after += 1
        if record.number != after:
            return BrokenLink(number=after, problem="it is missing")
        if not _is_whole(record) or link_of(before, record) != record.link:
            return BrokenLink(number=after, problem="it is not what was written, or what is before it is not")
        before = record.link
    return None


def _is_whole(record: Record) -> bool:
    """Tell whether every field is of its type: SQLite keeps text in a column of bytes, if somebody writes it there."""
    kinds = ((record.time_ns, int), (record.details, str), (record.sealed, bytes), (record.link, bytes))
    names = (record.action, record.actor, record.subject)
    return all(isinstance(value, kind) for value, kind in kinds) and all(isinstance(name, str) for name in names)


def written_details(details: Mapping[str, Detail]) -> str:
    """Write details in the one form that is hashed and kept.

    Raises
    ------
    ConfigError
        If one is neither text, whole number, truth nor nothing.
    """
    for name, value in details.items():
        if value is not None and not isinstance(value, str | int):
            raise ConfigError(f"The detail '{name}' of an audit record is a {type(value).__name__}. Write it as text.")
    return json.dumps(dict(details), sort_keys=True, separators=(",", ":"))
