"""Facts about what was paid and withheld. A set of them says everything; their order of arrival says nothing."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from forexai_core.errors import IntegrityError
from forexai_saas.plans import plan_table

__all__ = ["Fact", "Granted", "Held", "Lifted", "Overdue", "Voided", "fact_body", "read_fact"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Granted(_Fact):
    """A plan was paid for, or given, from one instant to another.

    Renewing, upgrading and downgrading are grants: of those that hold at an instant the largest plan counts.
    """

    kind: Literal["granted"] = "granted"
    grant: str = Field(min_length=1, max_length=200)
    """Name of the grant, such as an invoice's: what voids it or extends it names it."""
    plan: str
    start_ns: int = Field(ge=0)
    stop_ns: int = Field(ge=0)
    """``[start, stop)`` in nanoseconds UTC."""
    allowances: dict[str, int | None] = Field(default_factory=dict)
    """What a contract sets in place of the plan's own: units, or None without limit."""

    @model_validator(mode="after")
    def _known(self) -> Granted:
        table = plan_table()
        table.plan(self.plan)
        if self.stop_ns <= self.start_ns:
            raise ValueError("a grant ends after it begins")
        for feature, allowed in self.allowances.items():
            if feature not in table.features or (allowed is not None and allowed < 0):
                raise ValueError(f"'{feature}' is not metered, or less than nothing of it is allowed")
        return self


class Voided(_Fact):
    """A grant counts no more from an instant on, and did before: refunded, charged back, ended at once."""

    kind: Literal["voided"] = "voided"
    grant: str = Field(min_length=1, max_length=200)
    from_ns: int = Field(ge=0)


class Overdue(_Fact):
    """A payment failed and is tried again: the grant is kept up until an instant, as grace."""

    kind: Literal["overdue"] = "overdue"
    grant: str = Field(min_length=1, max_length=200)
    until_ns: int = Field(ge=0)


class Held(_Fact):
    """Somebody suspended the tenant: a dispute, an abuse, an order of a court."""

    kind: Literal["held"] = "held"
    hold: str = Field(min_length=1, max_length=200)
    from_ns: int = Field(ge=0)
    reason: str = Field(min_length=1, max_length=200)


class Lifted(_Fact):
    """A hold ended."""

    kind: Literal["lifted"] = "lifted"
    hold: str = Field(min_length=1, max_length=200)
    from_ns: int = Field(ge=0)


Fact = Granted | Voided | Overdue | Held | Lifted
"""Anything that may be said."""

_FACTS: TypeAdapter[Fact] = TypeAdapter(Annotated[Fact, Field(discriminator="kind")])


def fact_body(fact: Fact) -> str:
    """Write a fact in the one form in which it is kept and compared."""
    return json.dumps(fact.model_dump(), sort_keys=True, separators=(",", ":"))


def read_fact(body: str) -> Fact:
    """Read a fact as it was kept.

    Raises
    ------
    IntegrityError
        If it is none.
    """
    try:
        return _FACTS.validate_json(body)
    except ValidationError as problem:
        raise IntegrityError(f"A kept fact of billing is none any more: {problem.errors()[0]['msg']}.") from problem
