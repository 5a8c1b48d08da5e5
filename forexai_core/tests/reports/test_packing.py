"""Packed series against a plain reader of them."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forexai_core.errors import DataShapeError
from forexai_core.reports.packing import pack, pack_changes, scaled, seconds


def unpack(text: str) -> list[int]:
    """Read as the page's script does."""
    values, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(-(value + 1) // 2 if value % 2 else value // 2)
            value = shift = 0
    assert shift == 0
    return values


@settings(deadline=None, derandomize=True)
@given(st.lists(st.integers(-(2**53), 2**53)))
def test_what_is_packed_is_read_back(values: list[int]) -> None:
    assert unpack(pack(np.array(values, np.int64))) == values


@settings(deadline=None, derandomize=True)
@given(st.lists(st.integers(-(2**51), 2**51)))
def test_changes_add_up(values: list[int]) -> None:
    assert np.cumsum(unpack(pack_changes(np.array(values, np.int64))), dtype=np.int64).tolist() == values


def test_small_changes_take_a_byte_each() -> None:
    values = 1_600_000_000 + 60 * np.arange(3_000, dtype=np.int64)
    assert len(pack_changes(values)) <= 3_010 * 4 / 3


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 2**63 - 1])
def test_what_a_browser_would_round_is_refused(value: int) -> None:
    with pytest.raises(DataShapeError, match="2\\*\\*53"):
        pack(np.array([value]))


def test_scaling() -> None:
    assert scaled(np.array([1.1, -0.29, 1e6]), 2).tolist() == [110, -29, 100_000_000]
    assert seconds(np.array([-1, 0, 1_999_999_999])).tolist() == [-1, 0, 1]
