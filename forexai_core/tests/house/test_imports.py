"""The import graph sees what Python would import, and its circles are found."""

from __future__ import annotations

import pytest
from house.imports import circles, graph


def test_edges_point_at_the_module_that_holds_the_name() -> None:
    modules = {
        "p": "from p.a import A\n",
        "p.a": "",
        "p.sub": "from p.sub import inner\nfrom p import a\n",
        "p.sub.inner": "import p.a\nfrom p.sub import NAME\n",
    }
    assert graph(modules) == {
        "p": {"p.a"},
        "p.a": set(),
        "p.sub": {"p.sub.inner", "p.a"},
        "p.sub.inner": {"p.a", "p.sub"},
    }


def test_type_checking_imports_do_not_count_but_deferred_ones_do() -> None:
    modules = {
        "p": "",
        "p.a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.b\n",
        "p.b": "def f():\n    import p.a\n",
    }
    assert graph(modules)["p.a"] == set()
    assert graph(modules)["p.b"] == {"p.a"}


def test_a_relative_import_is_refused() -> None:
    with pytest.raises(ValueError, match=r"p\.a: relative import on line 1"):
        graph({"p": "", "p.a": "from . import b\n"})


def test_circles_of_two_and_of_three_are_found_and_a_diamond_is_none() -> None:
    assert circles({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == [["a", "b"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"e"}, "e": {"d"}}) == [["a", "b", "c"], ["d", "e"]]
    assert circles({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}) == []


def test_importing_the_package_from_within_is_a_circle() -> None:
    assert circles(graph({"p": "from p.a import A\n", "p.a": "from p import B\n"})) == [["p", "p.a"]]
