"""A CI run fails for a skipped test that is not listed, and only for that."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def workspace(pytester: pytest.Pytester) -> pytest.Pytester:
    text = (ROOT / "conftest.py").read_text(encoding="utf-8")
    pytester.makeconftest(text.replace('pytest_plugins = ["pytester"]', ""))
    pytester.makepyprojecttoml("""
        [tool.pytest.ini_options]
        markers = ["kernels: compiled"]
        asyncio_default_fixture_loop_scope = "function"
    """)
    pytester.makepyfile(
        test_a="""
        import pytest

        def test_runs(): pass

        @pytest.mark.skip(reason="not today")
        def test_skips(): pass
        """
    )
    return pytester


def test_without_ci_a_skip_passes(workspace: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert workspace.runpytest("-p", "no:cacheprovider").ret == 0


def test_with_ci_a_skip_fails_and_is_named(workspace: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = workspace.runpytest()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*SKIP NOT ALLOWED test_a.py::test_skips*"])


def test_with_ci_and_workers_a_skip_fails(workspace: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert workspace.runpytest("-n", "1").ret == pytest.ExitCode.TESTS_FAILED


def test_with_ci_a_listed_skip_passes(workspace: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    allowed = workspace.path / "allowed.txt"
    allowed.write_text("# list\ntest_a.py::test_skips | no such machine here\n", encoding="utf-8")
    assert workspace.runpytest(f"--allowed-skips={allowed}").ret == 0


def test_a_module_that_skips_itself_counts(workspace: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    workspace.makepyfile(test_a="import pytest\npytest.skip('none of it', allow_module_level=True)\n")
    assert workspace.runpytest().ret != 0


def test_an_entry_without_a_reason_is_refused(workspace: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    allowed = workspace.path / "allowed.txt"
    allowed.write_text("test_a.py::test_skips |\n", encoding="utf-8")
    assert workspace.runpytest(f"--allowed-skips={allowed}").ret != 0


def test_tests_of_kernels_are_marked_by_their_folder_or_file(workspace: pytest.Pytester) -> None:
    folder = workspace.mkdir("engine")
    (folder / "test_x.py").write_text("def test_inside(): pass\n", encoding="utf-8")
    workspace.makepyfile(test_indicators_sma="def test_by_name(): pass\n")
    result = workspace.runpytest("-m", "kernels", "-v")
    result.assert_outcomes(passed=2, deselected=2)
