"""Each rule of the house finds a slip made on purpose and passes what is right."""

from __future__ import annotations

import textwrap

from house import rules


def source(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def test_a_module_of_the_limit_passes_and_one_line_more_does_not() -> None:
    assert rules.long_module("x\n" * 400) == []
    assert rules.long_module("x\n" * 401) == ["401 lines, at most 400: split it by subject"]


def test_length_counts_code_not_docstring_comments_or_blank_lines() -> None:
    text = source('''
        class A:
            def f(self):
                """One.

                Two.
                """
                # three

                x = 1

                return x
    ''')
    assert list(rules.function_lengths(text)) == [("A.f", 2, 3)]


def test_a_function_of_41_lines_is_a_slip_unless_granted() -> None:
    text = "def f():\n" + "    x = 1\n" * 40
    assert rules.long_functions("def f():\n" + "    x = 1\n" * 39) == []
    assert rules.long_functions(text) == ["line 1: f has 41 lines of code, at most 40"]
    assert rules.long_functions(text, {"f": 41}) == []
    assert rules.long_functions(text, {"g": 41}) != []


def test_an_inner_function_counts_for_itself_and_for_its_outer() -> None:
    text = source("""
        def outer():
            async def inner():
                return 1
            return inner
    """)
    assert list(rules.function_lengths(text)) == [("outer", 1, 4), ("outer.inner", 2, 2)]


def test_an_import_inside_a_function_needs_its_reason() -> None:
    bare = source("""
        def f():
            import numba
            return numba
    """)
    assert rules.unexplained_imports(bare) == [
        "line 2: import inside a function without a comment that says why",
    ]
    assert rules.unexplained_imports(bare.replace("import numba\n", "import numba  # noqa: PLC0415\n")) != []
    assert rules.unexplained_imports(bare.replace("import numba\n", "import numba  # half a second to load\n")) == []
    assert rules.unexplained_imports(bare.replace("    import", "    # half a second to load\n    import")) == []


def test_one_comment_serves_a_block_of_imports_but_not_the_next_block() -> None:
    text = source("""
        def f():
            # slow to load
            import numba
            from pandas import (
                DataFrame,
            )
            x = 1
            import rich
            return numba, DataFrame, x, rich
    """)
    assert rules.unexplained_imports(text) == ["line 8: import inside a function without a comment that says why"]


def test_imports_at_the_top_need_no_reason() -> None:
    assert rules.unexplained_imports("import os\nif True:\n    import sys\n") == []


def test_reading_the_environment_is_found_in_every_spelling() -> None:
    assert rules.environment_reads("import os\nx = os.environ['A']\n") == [
        "line 2: reads the environment; take a setting instead",
    ]
    assert len(rules.environment_reads("import os as o\no.getenv('A')\n")) == 1
    assert len(rules.environment_reads("from os import environ\n")) == 1
    assert rules.environment_reads("environment = 1\n") == []


def test_vague_names() -> None:
    assert rules.vague_name("forexai_core.engine.ledger") == []
    assert rules.vague_name("forexai_core.utils") != []
    assert rules.vague_name("forexai_core.common.swaps") != []


def test_imported_packages_are_top_level_names_with_their_line() -> None:
    text = "import os.path\nfrom numpy.linalg import norm\ndef f():\n    import numba\nfrom . import x\n"
    assert rules.imported_packages(text) == {"os": 1, "numpy": 2, "numba": 4}


def test_leaks_of_machines_and_package_hosts() -> None:
    machine, host = "/" + "root/x", "index" + "-url = 'x'"
    assert rules.leaks(f"a\nb = '{machine}'\n") == ["line 2: path of a machine"]
    assert rules.leaks(host) == ["line 1: package host"]
    assert rules.leaks("see docs/work/plan and a/home/b") == []
