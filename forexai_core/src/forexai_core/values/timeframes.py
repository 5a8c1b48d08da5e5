"""Timeframes from one minute to one month."""

from __future__ import annotations

import re
from enum import StrEnum

from forexai_core.errors import ConfigError, did_you_mean

__all__ = ["NS_PER_DAY", "NS_PER_MINUTE", "NS_PER_SECOND", "Timeframe"]

NS_PER_SECOND = 1_000_000_000
NS_PER_MINUTE = 60 * NS_PER_SECOND
NS_PER_DAY = 1_440 * NS_PER_MINUTE

_MINUTES = {"M": 1, "H": 60, "D": 1_440, "W": 10_080}
_LEAST_STEPS = {"D1": 20 * 60 * NS_PER_MINUTE, "W1": 6 * NS_PER_DAY, "MN1": 27 * NS_PER_DAY}


# How other programs write units, in minutes; and whole timeframes.
_SPELLINGS = {
    "": 1, "m": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1, "h": 60, "hr": 60, "hour": 60, "hours": 60,
    "d": 1_440, "day": 1_440, "days": 1_440, "w": 10_080, "wk": 10_080, "week": 10_080, "weeks": 10_080,
}  # fmt: skip
_WORDS = {
    "hourly": "H1", "daily": "D1", "weekly": "W1", "monthly": "MN1", "month": "MN1", "mo": "MN1", "mn": "MN1",
    "t": "tick", "ticks": "tick",
}  # fmt: skip


class Timeframe(StrEnum):
    """Length of a bar, by the names that traders use."""

    TICK = "tick"
    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    M4 = "M4"
    M5 = "M5"
    M6 = "M6"
    M10 = "M10"
    M12 = "M12"
    M15 = "M15"
    M20 = "M20"
    M30 = "M30"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"
    H4 = "H4"
    H6 = "H6"
    H8 = "H8"
    H12 = "H12"
    D1 = "D1"
    W1 = "W1"
    MN1 = "MN1"

    @classmethod
    def of(cls, name: str | Timeframe) -> Timeframe:
        """Take a timeframe, or its name in any case.

        Raises
        ------
        ConfigError
            If no timeframe has that name.
        """
        text = str(name)
        for member in cls:
            if member.value.casefold() == text.casefold():
                return member
        meant = _written_otherwise(text)
        hint = f"Did you mean '{meant}'?" if meant else did_you_mean(text, [member.value for member in cls])
        raise ConfigError(f"There is no timeframe '{text}'. {hint}")

    @property
    def nominal_ns(self) -> int:
        """Length in nanoseconds; a month counts 30 days, a tick 0.

        Days, weeks and months follow a server's clock: see :meth:`Clock.bar_end_ns`.
        """
        if self is Timeframe.TICK:
            return 0
        if self is Timeframe.MN1:
            return 30 * NS_PER_DAY
        return _MINUTES[self.value[0]] * int(self.value[1:]) * NS_PER_MINUTE

    @property
    def least_step_ns(self) -> int:
        """The least time between the openings of two bars, nanoseconds: days of 23 hours and short months are none."""
        return _LEAST_STEPS.get(self.value, self.nominal_ns)

    @property
    def follows_calendar(self) -> bool:
        """Whether its bars begin at midnights of a clock rather than at multiples of minutes."""
        return self in {Timeframe.D1, Timeframe.W1, Timeframe.MN1}

    @property
    def intraday(self) -> bool:
        """Whether it divides a day."""
        return self is not Timeframe.TICK and not self.follows_calendar


def _written_otherwise(text: str) -> str:
    """Name the timeframe that other programs write as ``1H``, ``15min``, ``60`` (minutes), ``daily`` or ``1mo``."""
    found = re.fullmatch(r"(\d{0,5})\s*([a-z]*)", text.strip().casefold())
    if found is None:
        return ""
    count, unit = int(found[1] or 1), found[2]
    if unit in _WORDS:
        return _WORDS[unit] if count == 1 else ""
    length = count * _SPELLINGS.get(unit, 0) * NS_PER_MINUTE
    lengths = {each.nominal_ns: each.value for each in Timeframe if each not in {Timeframe.TICK, Timeframe.MN1}}
    return lengths.get(length, "") if text.strip() else ""
