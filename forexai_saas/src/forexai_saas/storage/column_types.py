"""Types of columns that keep every digit on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from forexai_core.errors import ConfigError

__all__ = ["Document", "Id", "Money", "TimeNs"]

_INT64 = 2**63


class TimeNs(TypeDecorator[int]):
    """An instant: nanoseconds UTC since 1970 in a BIGINT.

    No database's own time type keeps nanoseconds, and SQLite has none; a whole number means the same on both, needs
    no zone, and is what the rest of the framework uses.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - of the interface
        """Take whole nanoseconds only."""
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not -_INT64 <= value < _INT64:
            raise ConfigError(f"{value!r:.60} is no time: give whole nanoseconds UTC that fit 64 bits.")
        return value


class Money(TypeDecorator[Decimal]):
    """An amount, as a whole number of its smallest parts in a BIGINT.

    SQLite would keep a NUMERIC as binary floating point and lose digits.

    Parameters
    ----------
    digits : int
        Decimal digits that are kept; the default 6 holds those of USDT and amounts up to 9.2 million millions.
    """

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, digits: int = 6) -> None:
        super().__init__()
        self.digits = digits

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Scale; refuse what would lose a digit."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if not isinstance(value, Decimal) or not value.is_finite():
            raise ConfigError(f"{value!r:.60} is no amount of money: give a finite Decimal, never a float.")
        sign, numerals, exponent = value.as_tuple()
        shift = int(exponent) + self.digits
        whole = int("".join(map(str, numerals)))
        if shift > 40 or (shift < 0 and whole % 10**-shift):
            raise ConfigError(f"{value} does not fit {self.digits} decimal digits; round it by its currency first.")
        scaled: int = whole * 10**shift if shift >= 0 else whole // 10**-shift
        scaled = -scaled if sign else scaled
        if not -_INT64 <= scaled < _INT64:
            raise ConfigError(f"{value} is beyond what a column of {self.digits} decimal digits holds.")
        return scaled

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Scale back, exactly."""
        return None if value is None else Decimal(value).scaleb(-self.digits)

    def process_literal_param(self, value: Decimal | None, dialect: Dialect) -> str:
        """Write it into SQL where a dialect needs a literal."""
        scaled = self.process_bind_param(value, dialect)
        return "NULL" if scaled is None else str(scaled)


def Id() -> sa.Uuid[Any]:  # noqa: N802 - stands where a type stands
    """Give the type of a key: UUID on PostgreSQL, 32 hexadecimal digits on SQLite; both sort by time."""
    return sa.Uuid()


def Document() -> sa.types.TypeEngine[Any]:  # noqa: N802 - stands where a type stands
    """Give the type of a JSON document."""
    return sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
