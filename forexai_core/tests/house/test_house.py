"""The rules of the house, applied to every distribution of the workspace."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from house import imports, rules
from house.licences import canonical

ROOT = Path(__file__).parents[3]
FOLDERS = ("forexai_core", "forexai_mt5", "forexai_ml", "forexai_llm", "forexai_saas", "reference_app")
ALLOWED = tomllib.loads(Path(__file__).with_name("exceptions.toml").read_text(encoding="utf-8"))
# Packages whose import name is not the distribution's name in canonical spelling.
IMPORT_NAMES = {
    "argon2-cffi": "argon2",
    "forexai-app": "reference_app",
    "metatrader5": "MetaTrader5",
    "pyside6-essentials": "PySide6",
    "scikit-learn": "sklearn",
}
LONGEST_EXCEPTION = 120

every_folder = pytest.mark.parametrize("folder", FOLDERS)


def sources(folder: str) -> dict[str, Path]:
    return imports.modules_under(ROOT / folder / "src")


def slips_of(folder: str, rule: object) -> list[str]:
    assert callable(rule)
    return [
        f"{path.relative_to(ROOT)}: {slip}"
        for path in sources(folder).values()
        for slip in rule(path.read_text(encoding="utf-8"))
    ]


def allowed_functions(path: Path) -> dict[str, int]:
    entries = ALLOWED.get("functions", {}).get(path.relative_to(ROOT).as_posix(), {})
    return {name: entry["lines"] for name, entry in entries.items()}


def project(folder: str) -> dict[str, object]:
    document = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))
    table = document["project"]
    assert isinstance(table, dict)
    return table


def declared(folder: str) -> set[str]:
    table = project(folder)
    requirements = list(table["dependencies"])  # type: ignore[call-overload]
    for extra in table.get("optional-dependencies", {}).values():  # type: ignore[attr-defined]
        requirements += extra
    names = [canonical(re.split(r"[ \[<>=!~;]", text, maxsplit=1)[0]) for text in requirements]
    return {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}


def tracked_files() -> list[Path]:
    """Return what is committed; without git or a clone, what lies in the folders that hold committed files."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        found = [path for folder in (*FOLDERS, "docs", ".ci") for path in (ROOT / folder).rglob("*")]
        made = {"__pycache__", "_build", "node_modules", "dist", "build"}
        return [path for path in found if path.is_file() and made.isdisjoint(path.parts)]
    return [ROOT / name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@every_folder
def test_modules_are_short(folder: str) -> None:
    assert slips_of(folder, rules.long_module) == []


@every_folder
def test_functions_are_short(folder: str) -> None:
    slips = [
        f"{path.relative_to(ROOT)}: {slip}"
        for path in sources(folder).values()
        for slip in rules.long_functions(path.read_text(encoding="utf-8"), allowed_functions(path))
    ]
    assert slips == []


@every_folder
def test_imports_inside_functions_say_why(folder: str) -> None:
    assert slips_of(folder, rules.unexplained_imports) == []


@every_folder
def test_module_names_say_what_lives_there(folder: str) -> None:
    assert [slip for module in sources(folder) for slip in rules.vague_name(module)] == []


@every_folder
def test_modules_import_in_no_circle(folder: str) -> None:
    texts = {name: path.read_text(encoding="utf-8") for name, path in sources(folder).items()}
    assert imports.circles(imports.graph(texts)) == []


def test_the_core_reads_no_environment() -> None:
    assert slips_of("forexai_core", rules.environment_reads) == []


@every_folder
def test_every_import_is_declared(folder: str) -> None:
    package = "reference_app" if folder == "reference_app" else folder
    known = declared(folder) | {package} | set(sys.stdlib_module_names)
    slips = [
        f"{path.relative_to(ROOT)}, line {line}: {name} is not among the dependencies"
        for path in sources(folder).values()
        for name, line in rules.imported_packages(path.read_text(encoding="utf-8")).items()
        if name not in known
    ]
    assert slips == []


@every_folder
def test_each_distribution_is_complete(folder: str) -> None:
    for name in ("LICENSE", "NOTICE"):
        assert (ROOT / folder / name).read_bytes() == (ROOT / name).read_bytes()
    assert (ROOT / folder / "src" / folder / "py.typed").exists()
    assert len((ROOT / folder / "README.md").read_text(encoding="utf-8").splitlines()) > 5


def test_all_distributions_have_the_version_of_the_workspace() -> None:
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    version = workspace["project"]["version"]
    installed = {d.metadata["Name"]: d.version for d in metadata.distributions()}
    ours = {name: found for name, found in installed.items() if name.startswith("forexai-")}
    assert ours
    assert set(ours.values()) == {version}


def test_importing_the_core_loads_nothing_slow() -> None:
    program = "import sys, forexai_core; print(' '.join(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    slow = {"numba", "llvmlite", "pandas", "pyarrow", "typer", "rich", "jinja2", "scipy", "sqlite3", "asyncio"}
    assert loaded & slow == set()


def test_exceptions_are_needed_reasoned_and_moderate() -> None:
    for name, functions in ALLOWED.get("functions", {}).items():
        lengths = {n: count for n, _, count in rules.function_lengths((ROOT / name).read_text(encoding="utf-8"))}
        for function, entry in functions.items():
            assert lengths.get(function, 0) > rules.FUNCTION_LINES, f"{name}: {function} needs no exception any more"
            assert entry["lines"] <= LONGEST_EXCEPTION, f"{name}: {function}"
            assert entry["why"], f"{name}: {function}"


def test_no_lock_that_records_hosts_is_tracked() -> None:
    assert [path for path in tracked_files() if path.name in {"uv.lock", "pylock.toml"}] == []


def test_no_tracked_text_names_a_machine_or_a_package_host() -> None:
    slips = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        slips += [f"{path.relative_to(ROOT)}: {slip}" for slip in rules.leaks(text)]
    assert slips == []


def test_the_top_level_is_what_the_design_says() -> None:
    allowed = {
        *FOLDERS,
        *("docs", ".ci", "noxfile.py", "conftest.py", "pyproject.toml", "constraints.txt", "README.md", "CHANGELOG.md"),
        *("CONTRIBUTING.md", "LICENSE", "NOTICE", ".gitignore", ".gitattributes", ".editorconfig"),
        ".pre-commit-config.yaml",
    }
    assert {path.relative_to(ROOT).parts[0] for path in tracked_files()} - allowed == set()
