"""Timeframes from one minute to one month."""

from __future__ import annotations

from enum import StrEnum

from forexai_core.errors import ConfigError, did_you_mean

__all__ = ["NS_PER_DAY", "NS_PER_MINUTE", "NS_PER_SECOND", "Timeframe"]

NS_PER_SECOND = 1_000_000_000
NS_PER_MINUTE = 60 * NS_PER_SECOND
NS_PER_DAY = 1_440 * NS_PER_MINUTE

_MINUTES = {"M": 1, "H": 60, "D": 1_440, "W": 10_080}


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
        known = [member.value for member in cls]
        raise ConfigError(f"There is no timeframe '{text}'. {did_you_mean(text, known)}")

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
    def follows_calendar(self) -> bool:
        """Whether its bars begin at midnights of a clock rather than at multiples of minutes."""
        return self in {Timeframe.D1, Timeframe.W1, Timeframe.MN1}

    @property
    def intraday(self) -> bool:
        """Whether it divides a day."""
        return self is not Timeframe.TICK and not self.follows_calendar
