"""Structures behave like those that the interpreter's C interface makes."""

from __future__ import annotations

import pytest

from forexai_mt5.terms.structure import structure_of
from forexai_mt5.terms.structures import BookInfo, Tick, TradeRequest


def test_a_structure_is_a_tuple_with_names() -> None:
    row = BookInfo((1, 1.1, 5, 5.0))
    assert isinstance(row, tuple)
    assert row == (1, 1.1, 5, 5.0)
    assert (row.type, row.price, row.volume, row.volume_dbl) == row
    assert row._asdict() == {"type": 1, "price": 1.1, "volume": 5, "volume_dbl": 5.0}
    assert repr(row) == "BookInfo(type=1, price=1.1, volume=5, volume_dbl=5.0)"
    assert (BookInfo.n_fields, BookInfo.n_sequence_fields, BookInfo.n_unnamed_fields) == (4, 4, 0)


def test_it_has_nothing_of_a_named_tuple_besides() -> None:
    row = BookInfo((1, 1.1, 5, 5.0))
    for name in ("_fields", "_replace", "_make", "__dict__"):
        assert not hasattr(row, name)
    with pytest.raises(AttributeError):
        row.price = 1.2


def test_it_wants_all_its_values() -> None:
    with pytest.raises(TypeError, match="takes a 4-sequence"):
        BookInfo((1, 1.1))


def test_values_become_those_of_their_fields() -> None:
    tick = structure_of(Tick, {"time": 5, "bid": 1})
    assert [type(value) for value in tick] == [int, float, float, float, int, int, int, float]
    assert structure_of(TradeRequest, {}).comment == ""
    with pytest.raises(TypeError, match="no field price"):
        structure_of(Tick, {"price": 1.0})
