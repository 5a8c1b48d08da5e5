"""What is asked and answered about the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import msgspec

from forexai_saas.audit.chain import Detail
from reference_app.http.fields import Cursor, TimeNs

__all__ = ["AuditList", "Broken", "RecordShown", "VerdictShown", "Verifying"]

Details = Annotated[
    Mapping[str, Detail], msgspec.Meta(examples=[{"role": "trader"}], description="What is not personal.")
]


class RecordShown(msgspec.Struct, frozen=True, kw_only=True):
    """One record, as whoever may read the log sees it.

    Attributes
    ----------
    actor, subject : str
        Pseudonyms of who did it and of whom it concerns; ``system`` and ``platform`` stand for themselves.
    actor_id, subject_id : UUID or None
        Who is behind them; null for nobody, and for somebody who was forgotten.
    personal : mapping of str to str or None
        Network address, program and the like; null where it cannot be read any more.
    """

    number: Annotated[int, msgspec.Meta(examples=[17])]
    time_ns: TimeNs
    action: Annotated[str, msgspec.Meta(examples=["role.changed"])]
    actor: Annotated[str, msgspec.Meta(examples=["p-5f2c8a9e01b34d67"])]
    subject: Annotated[str, msgspec.Meta(examples=["p-90ab12cd34ef5678"])]
    actor_id: UUID | None
    subject_id: UUID | None
    details: Details
    personal: Annotated[Mapping[str, str] | None, msgspec.Meta(examples=[{"address": "192.0.2.7"}])]


class AuditList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of records, the newest first."""

    items: tuple[RecordShown, ...]
    next_cursor: Cursor | None = None


class Verifying(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A head that was kept elsewhere, as it was given out; without one the chain is held against itself alone."""

    head: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """The first record that does not hold, and why."""

    number: Annotated[int, msgspec.Meta(examples=[18])]
    problem: Annotated[str, msgspec.Meta(examples=["it is missing"])]


class VerdictShown(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes
    ----------
    records : int
        How many hold, from the first.
    head : str
        How far the chain has come, signed: keep it where whoever runs the database cannot write.
    """

    sound: Annotated[bool, msgspec.Meta(examples=[True])]
    records: Annotated[int, msgspec.Meta(examples=[17])]
    broken: Broken | None
    head: Annotated[
        str, msgspec.Meta(examples=['{"link": "9f2c…", "number": 17, "signature": "77ab…", "tenant": "…"}'])
    ]
