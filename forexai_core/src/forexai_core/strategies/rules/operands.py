"""What rules compare: numbers, prices, indicators, and arithmetic of these."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

__all__ = ["Arithmetic", "Closed", "IndicatorValue", "Operand", "PriceValue", "kind_of"]


class Closed(BaseModel):
    """Any part of a rules document: frozen, and without unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True, strict=True
    )


class _Framed(Closed):
    timeframe: str | None = None
    """Timeframe that it is taken in, such as H4; the run's where left out. A higher bar counts once it has ended."""
    symbol: str | None = None
    """Symbol that it is taken of; the traded one where left out."""
    shift: int = Field(default=0, ge=0, le=100_000)
    """How many bars ago, counted in its own timeframe."""


class PriceValue(_Framed):
    """A price of a bar: bid."""

    kind: Literal["price"]
    field: Literal["open", "high", "low", "close", "median", "typical", "weighted", "volume"] = "close"
    """Which one; median is (high + low) / 2, typical (high + low + close) / 3, weighted (high + low + 2 close) / 4."""


class IndicatorValue(_Framed):
    """A line of an indicator of the catalogue."""

    kind: Literal["indicator"]
    name: str
    """Its name; ``forexai indicators`` lists them."""
    parameters: dict[str, int | float] = Field(default_factory=dict)
    """Its parameters by name; defaults where left out."""
    output: str | None = None
    """Which of its lines; the main one where left out."""
    source: str | None = None
    """Price that it is taken of, where it can be chosen."""


class Arithmetic(Closed):
    """Two values, added, subtracted, multiplied or divided."""

    kind: Literal["arithmetic"]
    operator: Literal["+", "-", "*", "/"]
    left: Operand
    right: Operand


def kind_of(value: Any) -> str | None:
    """Tell the members of a union apart: a bare number, or the ``kind`` of an object."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return kind if isinstance(kind, str) else None


Operand = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[PriceValue, Tag("price")]
    | Annotated[IndicatorValue, Tag("indicator")]
    | Annotated[Arithmetic, Tag("arithmetic")],
    Discriminator(kind_of),
]
"""A number, a price, an indicator's line, or arithmetic of these."""

Arithmetic.model_rebuild()
