"""By what candles are called long, short, a doji, near or equal: TA-Lib's candle settings."""

from __future__ import annotations

from enum import StrEnum

import attrs

from forexai_core.errors import ConfigError
from forexai_core.indicators.candlestick_patterns.rolling_ranges import HIGH_LOW, REAL_BODY, SHADOWS

__all__ = ["DEFAULT_CANDLES", "CandleSetting", "CandleSettings", "RangeOf"]


class RangeOf(StrEnum):
    """What a range is measured of."""

    REAL_BODY = "real_body"
    HIGH_LOW = "high_low"
    SHADOWS = "shadows"
    """Both shadows together; the average is of one."""

    @property
    def kind(self) -> int:
        """Number that kernels know it by."""
        return {RangeOf.REAL_BODY: REAL_BODY, RangeOf.HIGH_LOW: HIGH_LOW, RangeOf.SHADOWS: SHADOWS}[self]


def _check_period(_instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000:
        raise ConfigError(
            f"CandleSetting: {attribute.name} must be a whole number from 0 to 100000, got {value!r}; 0 compares with "
            "the candle's own range, 10 with the average of the ten before it."
        )


def _check_factor(_instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value < float("inf"):
        raise ConfigError(
            f"CandleSetting: {attribute.name} must be a finite number of at least 0, got {value!r}; 1.0 is the average."
        )


@attrs.frozen
class CandleSetting:
    """One threshold: a factor times an average of the candles before.

    Attributes
    ----------
    range_of : RangeOf
        What is averaged.
    period : int
        How many candles before the judged one; 0 takes the judged candle's own range.
    factor : float
        By which the average is multiplied.
    """

    range_of: RangeOf = attrs.field(converter=RangeOf)
    period: int = attrs.field(validator=_check_period)
    factor: float = attrs.field(validator=_check_factor)


_BODY = CandleSetting(RangeOf.REAL_BODY, 10, 1.0)
_VERY_LONG_BODY = CandleSetting(RangeOf.REAL_BODY, 10, 3.0)
_TENTH = CandleSetting(RangeOf.HIGH_LOW, 10, 0.1)
_OWN_BODY = CandleSetting(RangeOf.REAL_BODY, 0, 1.0)
_TWICE_OWN_BODY = CandleSetting(RangeOf.REAL_BODY, 0, 2.0)
_SHADOW = CandleSetting(RangeOf.SHADOWS, 10, 1.0)
_NEAR = CandleSetting(RangeOf.HIGH_LOW, 5, 0.2)
_FAR = CandleSetting(RangeOf.HIGH_LOW, 5, 0.6)
_EQUAL = CandleSetting(RangeOf.HIGH_LOW, 5, 0.05)


@attrs.frozen(kw_only=True)
class CandleSettings:
    """All thresholds of candlestick patterns; the defaults are TA-Lib's.

    Attributes
    ----------
    body_long, body_very_long : CandleSetting
        A body is (very) long when it is longer than this.
    body_short, body_doji : CandleSetting
        A body is short when it is shorter; the candle is a doji when it is no longer.
    shadow_long, shadow_very_long, shadow_short, shadow_very_short : CandleSetting
        The same for one shadow.
    near, far, equal : CandleSetting
        Distances of two prices.
    """

    body_long: CandleSetting = _BODY
    body_very_long: CandleSetting = _VERY_LONG_BODY
    body_short: CandleSetting = _BODY
    body_doji: CandleSetting = _TENTH
    shadow_long: CandleSetting = _OWN_BODY
    shadow_very_long: CandleSetting = _TWICE_OWN_BODY
    shadow_short: CandleSetting = _SHADOW
    shadow_very_short: CandleSetting = _TENTH
    near: CandleSetting = _NEAR
    far: CandleSetting = _FAR
    equal: CandleSetting = _EQUAL

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(CandleSettings):
            value = getattr(self, field.name)
            if not isinstance(value, CandleSetting):
                raise ConfigError(
                    f"CandleSettings: {field.name} must be a CandleSetting, got {value!r}; pass "
                    'CandleSetting("high_low", 10, 0.1), say.'
                )


DEFAULT_CANDLES = CandleSettings()
"""TA-Lib's."""
