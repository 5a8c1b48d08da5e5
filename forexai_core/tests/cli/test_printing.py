"""Tables and JSON as commands print them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import attrs
import numpy as np
import pytest

from forexai_core.cli import printing
from forexai_core.cli.printing import plain, show_pairs, show_table


@attrs.frozen
class Point:
    time_ns: int
    price: float


def test_values_become_those_of_json():
    value = {
        "point": Point(1, float("nan")),
        "ticket": 7,
        "count": 7,
        "big": 2**53 + 1,
        "array": np.array([1.5, np.inf]),
        "path": Path("a"),
        "money": Decimal("1.10"),
        "flag": np.bool_(True),
        "names": {"b", "a"},
        "times_ns": [1, 2],
        "none": None,
    }
    assert plain(value) == {
        "point": {"time_ns": "1", "price": None},
        "ticket": "7",
        "count": 7,
        "big": str(2**53 + 1),
        "array": [1.5, None],
        "path": "a",
        "money": "1.10",
        "flag": True,
        "names": ["a", "b"],
        "times_ns": ["1", "2"],
        "none": None,
    }


def test_a_piped_table_is_plain(capsys):
    show_table(("Name", "Rows"), [("a", "1"), ("bcdef", "10,000")], right=("Rows",))
    assert capsys.readouterr().out == "Name     Rows\na           1\nbcdef  10,000\n"
    show_pairs([("Name", "a"), ("Longer name", "b")])
    assert capsys.readouterr().out == "Name         a\nLonger name  b\n"


@pytest.mark.parametrize("show", [lambda: show_table(("A",), [("[red]x[/red]",)]), lambda: show_pairs([("A", "[b]x")])])
def test_a_terminal_gets_a_drawn_table_and_no_markup_is_read(monkeypatch, capsys, show):
    monkeypatch.setattr(printing, "on_terminal", lambda: True)
    show()
    out = capsys.readouterr().out
    assert "x" in out
    assert "[" in out
