"""A rules document: entries, exits, filters, sizing, stops, targets and management."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from forexai_core.strategies.rules.conditions import Condition
from forexai_core.strategies.rules.operands import Closed, kind_of

__all__ = [
    "AtrDistance",
    "BreakEven",
    "Care",
    "Distance",
    "FixedVolume",
    "RiskFraction",
    "RiskMultiple",
    "RulesDocument",
    "Sizing",
    "Stop",
    "Target",
    "Trailing",
]


class Distance(Closed):
    """A distance: pips, points, or units of the price."""

    kind: Literal["pips", "points", "price"]
    value: float = Field(gt=0)


class AtrDistance(Closed):
    """A distance in multiples of the average true range at the decision."""

    kind: Literal["atr"]
    multiple: float = Field(gt=0, le=1_000)
    period: int = Field(default=14, ge=1, le=100_000)
    timeframe: str | None = None
    """Timeframe of the range; that of the run where left out."""


class RiskMultiple(Closed):
    """A target at a multiple of the stop's distance (R)."""

    kind: Literal["risk_multiple"]
    value: float = Field(gt=0, le=1_000)


class FixedVolume(Closed):
    """The same volume for every order."""

    kind: Literal["volume"]
    volume_lots: float = Field(gt=0)


class RiskFraction(Closed):
    """A volume that loses a share of the equity at the stop, costs included."""

    kind: Literal["risk"]
    fraction: float = Field(gt=0, le=1)


_Lengths = (
    Annotated[Distance, Tag("pips")]
    | Annotated[Distance, Tag("points")]
    | Annotated[Distance, Tag("price")]
    | Annotated[AtrDistance, Tag("atr")]
)
Stop = Annotated[_Lengths, Discriminator(kind_of)]
"""Distance of the stop from the quoted entry."""

Target = Annotated[_Lengths | Annotated[RiskMultiple, Tag("risk_multiple")], Discriminator(kind_of)]
"""Distance of the target from the quoted entry."""

Sizing = Annotated[Annotated[FixedVolume, Tag("volume")] | Annotated[RiskFraction, Tag("risk")], Discriminator(kind_of)]
"""How large an order is."""


class BreakEven(Closed):
    """Moves the stop to the entry once the position has gained enough."""

    start: Distance
    """Gain at which the stop moves."""
    lock: Distance | None = None
    """Gain that it then locks in; none where left out."""


class Trailing(Closed):
    """Lets the stop follow the best price."""

    distance: Distance
    """How far it stays behind."""
    start: Distance | None = None
    """Gain at which it begins; at once where left out."""


class Care(Closed):
    """How open positions are looked after."""

    break_even: BreakEven | None = None
    trailing: Trailing | None = None
    max_bars: int | None = Field(default=None, ge=1)
    """Bars after which a position is closed."""


class RulesDocument(Closed):
    """A trading strategy as data.

    An entry opens at the next price after the bar on which it is true, closes the other side first, and does nothing
    while its own side is open. If both entries are true on one bar, nothing is opened.
    """

    schema_version: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")
    """Small letters, digits, and single ``-``, ``_`` or ``.`` between them."""
    title: str = ""
    """For people."""
    description: str = ""
    """The idea, in a few sentences."""
    entry_long: Condition | None = None
    """When to buy."""
    entry_short: Condition | None = None
    """When to sell."""
    exit_long: Condition | None = None
    """When to close a long position."""
    exit_short: Condition | None = None
    """When to close a short position."""
    filters: list[Condition] = Field(default_factory=list)
    """All of them must be true for an entry."""
    sizing: Sizing = FixedVolume(kind="volume", volume_lots=0.1)
    """How large an order is."""
    stop_loss: Stop | None = None
    """Stop of every entry."""
    take_profit: Target | None = None
    """Target of every entry."""
    management: Care = Care()
    """How open positions are looked after."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.entry_long is None and self.entry_short is None:
            raise ValueError("there is no entry; give entry_long, entry_short or both")
        if self.stop_loss is None and isinstance(self.sizing, RiskFraction):
            raise ValueError("sizing by risk needs a stop_loss")
        if self.stop_loss is None and isinstance(self.take_profit, RiskMultiple):
            raise ValueError("a take_profit of risk_multiple needs a stop_loss")
        return self
