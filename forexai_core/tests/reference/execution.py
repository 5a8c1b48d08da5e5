"""How a venue executes orders: latency, requotes, and how much a price fills."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from reference.money import exact
from reference.orders import Order, Request
from reference.quotes import Bar, Quote

__all__ = ["Execution", "Waiting", "draw"]

_MS = 1_000_000


def _stir(value: int) -> int:
    for _ in range(2):
        value = (value >> 16 ^ value) * 0x45D9F3B % 2**32
    return value >> 16 ^ value


def draw(seed: int, time_ns: int, number: int) -> float:
    """Draw a number from 0 to 1 for an instant: a hash of seed, instant and number, 32 bits at a time."""
    seed %= 2**63
    value = 0
    for part in (seed % 2**32, seed // 2**32, time_ns % 2**32, time_ns // 2**32, number + 1):
        value = _stir(value ^ part)
    return value / 2**32


@dataclass(frozen=True)
class Execution:
    """The venue's ways; None for what is not bounded."""

    latency_ns: int = 0
    jitter_ns: int = 0
    instant: bool = False
    deviation: int | None = None
    requote_share: float = 0.0
    lots: Fraction | None = None
    per_volume: Fraction | None = None
    filling: str = "fok"
    seed: int = 0

    @classmethod
    def make(cls, given: dict[str, Any], seed: int) -> Execution:
        """Read what a program says."""
        return cls(
            latency_ns=round(given.get("latency_ms", 0) * _MS),
            jitter_ns=round(given.get("latency_jitter_ms", 0) * _MS),
            instant=given.get("mode") == "instant",
            deviation=given.get("deviation_points"),
            requote_share=given.get("requote_probability", 0.0),
            lots=None if given.get("liquidity_lots") is None else exact(given["liquidity_lots"]),
            per_volume=None if given.get("liquidity_per_volume") is None else exact(given["liquidity_per_volume"]),
            filling=given.get("filling") or "fok",
            seed=seed,
        )

    def depth(self, bar: Bar, volume_step: Fraction) -> int | None:
        """Give the steps that a bar or tick fills on each side; None is any volume."""
        if self.per_volume is not None:
            return floor(bar.volume * self.per_volume / volume_step + Fraction(1, 10**9))
        return None if self.lots is None else floor(self.lots / volume_step + Fraction(1, 10**9))


@dataclass
class Waiting:
    """A decision on its way to the venue, or what a price has left of it."""

    symbol: int
    since_ns: int
    request: Request
    asked: Quote | None
    order: Order | None = None  # the rest of an opening
    rest: int | None = None  # steps left of a closing
    worked: bool = False
    goes_on: bool = False

    def is_due(self, symbol: int, bar: Bar, execution: Execution) -> bool:
        """Whether a bar's open is the price that it waits for."""
        if self.symbol != symbol or self.since_ns > bar.time_ns:
            return False
        if self.worked:
            return True
        delay = execution.latency_ns
        if execution.jitter_ns:
            delay += int(draw(execution.seed, self.since_ns, symbol) * execution.jitter_ns)
        arrives = self.since_ns + delay
        return arrives <= bar.time_ns or (not bar.tick and arrives < bar.end_ns)
