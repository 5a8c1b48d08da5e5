"""Keys and columns keep order and every digit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from forexai_core.errors import ConfigError
from forexai_saas.storage.column_types import Money, TimeNs
from forexai_saas.storage.ids import IdMaker, id_time_ms, new_id

DIALECT = sqlite.dialect()


def test_ids_are_of_version_7_and_tell_their_time():
    made = IdMaker().make(1_773_144_000_123 * 10**6)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert id_time_ms(made) == 1_773_144_000_123


def test_ids_grow_within_a_millisecond_and_when_the_clock_steps_back():
    maker = IdMaker()
    times = [10**18] * 10_000 + [10**18 - 5 * 10**9] * 10 + [10**18 + 10**9]
    made = [maker.make(time_ns) for time_ns in times]
    assert made == sorted(set(made), key=lambda each: each.int)
    assert made == sorted(made, key=str)  # as text, the way SQLite keeps them
    assert made == sorted(made, key=lambda each: each.hex)


def test_ids_of_many_threads_are_all_different():
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: new_id(), range(4_000)))
    assert len(set(made)) == 4_000


@given(st.integers(-(2**63), 2**63 - 1))
def test_money_comes_back_to_the_digit(scaled):
    amount = Decimal(scaled).scaleb(-6)
    stored = Money().process_bind_param(amount, DIALECT)
    assert stored == scaled
    assert Money().process_result_value(stored, DIALECT) == amount


@pytest.mark.parametrize(
    "wrong",
    [0.1, Decimal("0.0000001"), Decimal("NaN"), Decimal("Infinity"), Decimal("1e13"), Decimal("1e400000"), True, "1"],
)
def test_money_that_would_lose_a_digit_or_is_none_is_refused(wrong):
    with pytest.raises(ConfigError):
        Money().process_bind_param(wrong, DIALECT)


def test_money_is_told_by_its_digits():
    assert Money(2).process_bind_param(Decimal("29.90"), DIALECT) == 2990
    assert Money(2).process_bind_param(Decimal("29.900"), DIALECT) == 2990
    assert Money(2).process_bind_param(Decimal("1E+3"), DIALECT) == 100_000
    assert Money(2).process_bind_param(Decimal("-0.01"), DIALECT) == -1
    assert Money(2).process_result_value(-1, DIALECT) == Decimal("-0.01")
    assert Money().process_bind_param(None, DIALECT) is None
    assert str(sa.literal(Decimal("1.5"), Money()).compile(compile_kwargs={"literal_binds": True})) == "1500000"


@pytest.mark.parametrize("wrong", [1.0, True, 2**63, -(2**63) - 1, "1"])
def test_times_are_whole_nanoseconds(wrong):
    with pytest.raises(ConfigError):
        TimeNs().process_bind_param(wrong, DIALECT)
    assert TimeNs().process_bind_param(2**63 - 1, DIALECT) == 2**63 - 1
