"""Every routine of the workspace: demo, tests, checks, documents, builds and the lock.

Two need nothing but Python 3.11: ``nox -s demo`` shows the main job, ``nox -s tests`` runs the tests.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

import nox
import nox.command

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests"]
nox.options.error_on_external_run = True

# Trust what the machine trusts (a company's own certificate authority, say), as pip does; uv alone would not.
SYSTEM_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
if sys.platform in {"win32", "darwin"} or any(Path(place).exists() for place in SYSTEM_CERTIFICATES):
    os.environ.setdefault("UV_SYSTEM_CERTS", "true")

ROOT = Path(__file__).parent
CONSTRAINTS = str(ROOT / "constraints.txt")
PYPROJECT = nox.project.load_toml("pyproject.toml")

# Folder of each distribution by its name.
FOLDERS = {
    "forexai-core": "forexai_core",
    "forexai-mt5": "forexai_mt5",
    "forexai-ml": "forexai_ml",
    "forexai-llm": "forexai_llm",
    "forexai-saas": "forexai_saas",
    "forexai-app": "reference_app",
}
# What each needs from the workspace, itself last, extras that its tests use included.
NEEDS = {
    "forexai-core": ["forexai_core"],
    "forexai-mt5": ["forexai_core", "forexai_mt5"],
    "forexai-ml": ["forexai_core", "forexai_ml"],
    "forexai-llm": ["forexai_core", "forexai_llm"],
    "forexai-saas": ["forexai_core", "forexai_saas"],
    "forexai-app": list(FOLDERS.values()),
}
EXTRAS = {"forexai_core": "[secrets]", "forexai_saas": "[postgres,stripe]"}
SOURCES = [f"{folder}/src" for folder in FOLDERS.values()]
HOUSE = "forexai_core/tests/house"
CHECKS = ["artefacts", "imports", "licences", "presence", "rules"]
TYPED_CHECKS = ["noxfile.py", "conftest.py", *(f"{HOUSE}/{name}.py" for name in CHECKS)]


def group(*names: str) -> list[str]:
    """Return the requirements of dependency groups of the root pyproject."""
    return list(nox.project.dependency_groups(PYPROJECT, *names))


def install(session: nox.Session, *requirements: str) -> None:
    """Install at the locked versions."""
    session.install("--constraint", CONSTRAINTS, *requirements)


def install_workspace(session: nox.Session, *requirements: str) -> None:
    """Install all distributions from their folders, editable, and what else is asked for."""
    editable = [part for folder in FOLDERS.values() for part in ("-e", f"./{folder}{EXTRAS.get(folder, '')}")]
    install(session, *editable, *requirements)


def lend_openmp(session: nox.Session) -> None:
    """Lend LightGBM an OpenMP runtime where the machine has none.

    Its Linux wheel expects ``libgomp.so.1`` of the system. scikit-learn's wheel carries that library, and is unpacked
    beside the environment, not into it.
    """
    if sys.platform != "linux":
        return
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        session.log("no libgomp.so.1 on this machine (Debian: apt install libgomp1); using the one of scikit-learn")
        place = Path(session.create_tmp()).resolve() / "openmp"
        install(session, "--target", str(place), "--no-deps", *group("openmp"))
        library = next(place.glob("scikit_learn.libs/libgomp-*.so*"))
        link = library.with_name("libgomp.so.1")
        link.unlink(missing_ok=True)
        link.symlink_to(library.name)
        session.env["LD_LIBRARY_PATH"] = str(library.parent)


def run_pytest(session: nox.Session, *arguments: str, env: dict[str, str] | None = None) -> None:
    """Run pytest on the cores at hand, at most four."""
    parallel = ["-n", "auto", "--maxprocesses=4", "--dist=loadfile"] if (os.cpu_count() or 1) > 1 else []
    session.run("pytest", *parallel, *arguments, env=env)


def run_each(session: nox.Session, *commands: list[str]) -> None:
    """Run every command, even after one that fails, so that one run shows all there is to mend."""
    failed = []
    for command in commands:
        try:
            session.run(*command)
        except nox.command.CommandFailed:
            failed.append(command[0])
    if failed:
        session.error(f"failed: {', '.join(failed)}")


@nox.session
def demo(session: nox.Session) -> None:
    """Backtest two strategies on the bundled real EURUSD H1, print the table, write the report."""
    install(session, "-e", "./forexai_core")
    session.run("python", "-m", "forexai_core.cli.demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests of all distributions (or those named after ``--``)."""
    install_workspace(session, *group("test", *(f"test-{name.removeprefix('forexai-')}" for name in FOLDERS)))
    lend_openmp(session)
    run_pytest(session, *session.posargs)


def tests_alone(session: nox.Session, name: str) -> None:
    """Install one distribution, not editable, with what it declares and nothing else; run its tests.

    Those of kernels are left to ``tests``: what compiled code computes cannot depend on what else is installed.
    """
    folders = NEEDS[name]
    fresh = []
    if session.venv_backend == "uv":
        # Not the workspace's own sources, which would be editable; and built anew, whatever a cache holds.
        fresh = ["--no-sources"]
        fresh += [part for folder in folders for part in ("--reinstall-package", distribution_of(folder))]
    paths = [f"./{folder}{EXTRAS.get(folder, '')}" for folder in folders]
    install(session, *fresh, *paths, *group("test", f"test-{name.removeprefix('forexai-')}"))
    absent = [folder for folder in FOLDERS.values() if folder not in folders]
    # -I: not from the current folder either.
    session.run("python", "-I", f"{HOUSE}/presence.py", "--present", *folders, "--absent", *absent)
    if "forexai_ml" in folders:
        lend_openmp(session)
    run_pytest(session, f"{FOLDERS[name]}/tests", "-m", "not kernels", *session.posargs)


def distribution_of(folder: str) -> str:
    """Return the name of the distribution that lives in a folder."""
    return next(name for name, place in FOLDERS.items() if place == folder)


def add_alone_session(name: str) -> None:
    """Register ``tests-<name>``."""

    @nox.session(name=f"tests-{name}", tags=["alone"])
    def alone(session: nox.Session) -> None:
        """Run one distribution's tests, installed alone with what it declares."""
        tests_alone(session, name)


for distribution in FOLDERS:
    add_alone_session(distribution)


@nox.session
def tests_nojit(session: nox.Session) -> None:
    """Run the tests of kernels as plain Python, which sees what compiled code does not check: bounds, types, names."""
    install(session, "-e", "./forexai_core", *group("test", "test-core"))
    chosen = ["-m", "kernels and not compiled", "--programs", "200"]
    run_pytest(session, "forexai_core/tests", *chosen, *session.posargs, env={"NUMBA_DISABLE_JIT": "1"})


@nox.session
def mt5_face(session: nox.Session) -> None:
    """Compare the MetaTrader 5 simulator's face with the official wheel, which is fetched and only read."""
    install(session, "pip", "-e", "./forexai_core", "-e", "./forexai_mt5", *group("test"))
    wheels = Path(session.create_tmp()).resolve() / "wheels"
    windows = ["--platform", "win_amd64", "--python-version", "3.11", "--only-binary", ":all:"]
    download = ["python", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels)]
    for name, options in (("MetaTrader5==5.0.6231", windows), ("metatrader5-stubs==0.1.3", [])):
        session.run(*download, *options, name, success_codes=[0, 1, 2])
    if len(list(wheels.glob("*.whl"))) < 2:
        session.skip(
            "the official wheel or the stubs cannot be had here; the face is only compared with what is recorded"
        )
    tests_of_it = "forexai_mt5/tests/contract/test_simulator_face.py"
    run_pytest(session, tests_of_it, *session.posargs, env={"FOREXAI_MT5_WHEELS": str(wheels)})


@nox.session
def intervals(session: nox.Session) -> None:
    """Prove the interval on 1,000 series of ticks of each kind, in two processes (hours), and print the tables."""
    install(session, "-e", "./forexai_core", *group("test", "test-core"))
    session.run("python", "forexai_core/tests/interval_counts.py", *session.posargs)


@nox.session
def programs(session: nox.Session) -> None:
    """Compare 100,000 random programs on both ledgers, or those of some seeds: ``nox -s programs -- FIRST:STOP``."""
    install(session, "-e", "./forexai_core", *group("test", "test-core"))
    seeds = session.posargs[0] if session.posargs else "100000"
    session.run("pytest", "forexai_core/tests/engine/test_programs.py", "--programs", seeds, "-k", "agree", "-q")


@nox.session
def faults(session: nox.Session) -> None:
    """Take an order desk through 10,000 schedules of faults, or some of them: ``nox -s faults -- FIRST:STOP``."""
    install(session, "-e", "./forexai_core", *group("test", "test-core"))
    seeds = session.posargs[0] if session.posargs else "10000"
    tests = [f"forexai_core/tests/live/test_{name}.py" for name in ("fault_schedules", "killed_processes")]
    session.run("pytest", *tests, "--schedules", seeds, "--every-kill", "--timeout", "7200", "-q")


@nox.session
def soak(session: nox.Session) -> None:
    """Trade a day of ticks of ten symbols with twenty strategies each, killed twelve times (hours): ``-- SEED``."""
    install(session, "-e", "./forexai_core", *group("test", "test-core"))
    seed = session.posargs[0] if session.posargs else "1"
    test = "forexai_core/tests/live/test_soak.py"
    session.run("pytest", test, "--whole-soak", "--soak-seed", seed, "--timeout", "86400", "-q")


@nox.session
def mt5_faults(session: nox.Session) -> None:
    """Take the adapter of MetaTrader 5 through 10,000 schedules of faults, sessions 200; or some: ``-- FIRST:STOP``."""
    install(session, "-e", "./forexai_core", "-e", "./forexai_mt5", *group("test"))
    seeds = session.posargs[0] if session.posargs else "10000"
    schedules = "forexai_mt5/tests/integration/test_adapter_schedules.py"
    session.run("pytest", schedules, "--mt5-schedules", seeds, "--timeout", "7200", "-q")
    if not session.posargs:
        sessions = "forexai_mt5/tests/integration/test_session_schedules.py"
        session.run("pytest", sessions, "--mt5-sessions", "200", "--timeout", "7200", "-q")


@nox.session
def mt5_links(session: nox.Session) -> None:
    """Take a platform and a connector through 25 schedules of cuts and kills, or some: ``-- FIRST:STOP``."""
    install(session, "-e", "./forexai_core", "-e", "./forexai_mt5", *group("test"))
    seeds = session.posargs[0] if session.posargs else "25"
    schedules = "forexai_mt5/tests/integration/test_two_processes.py"
    session.run("pytest", schedules, "--mt5-links", seeds, "--timeout", "7200", "-q")


@nox.session
def window(session: nox.Session) -> None:
    """Take pictures of the connector's window in every state, theme and language: ``-- FOLDER``."""
    install(session, "-e", "./forexai_core", "-e", "./forexai_mt5[desktop]")
    folder = session.posargs[0] if session.posargs else str(Path(session.create_tmp()).resolve() / "pictures")
    session.run("python", "forexai_mt5/tests/desktop/screenshots.py", folder)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format; ``nox -s lint -- --fix`` mends what can be mended."""
    install(session, *group("lint"))
    fix = "--fix" in session.posargs
    check = ["ruff", "check", *(["--fix"] if fix else []), "."]
    run_each(session, check, ["ruff", "format", *([] if fix else ["--check"]), "."])


@nox.session
def types(session: nox.Session) -> None:
    """Check types: mypy strict on every source, pyright on the core's public face."""
    install_workspace(session, "nox", *group("types", "test"))
    checks = ["mypy", "--cache-dir=.mypy_cache/checks", *TYPED_CHECKS]
    sources = ["mypy", "--cache-dir=.mypy_cache/sources", *SOURCES]
    run_each(session, sources, checks, ["pyright", "--pythonpath", f"{session.bin}/python"])


@nox.session
def house(session: nox.Session) -> None:
    """Check the floors, plugin independence, sizes, circles and the rest of the house rules."""
    install_workspace(session, *group("test", "house"))
    run_each(session, ["lint-imports", "--no-cache", "--no-logo"], ["pytest", HOUSE, *session.posargs])


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documents with warnings as errors, run their snippets, and try the change log."""
    install_workspace(session, *group("test", "test-core", "docs", "changelog"))
    lend_openmp(session)
    sphinx = ["sphinx-build", "-W", "--keep-going", "-b"]
    run_each(
        session,
        [*sphinx, "html", "docs", "docs/_build/html", *session.posargs],
        [*sphinx, "doctest", "docs", "docs/_build/doctest"],
        ["pytest", "forexai_core/tests/docs"],
        ["towncrier", "build", "--draft", "--version", PYPROJECT["project"]["version"]],
    )


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure every row beside its peers and write docs/benchmarks.md; ``-- -k p1`` measures some, writes nothing."""
    # uv makes the environments of the peers.
    install(session, "-e", "./forexai_core", *group("test", "test-core", "build"))
    session.run("python", "forexai_core/benchmarks/measure.py", *session.posargs)


@nox.session
def memory(session: nox.Session) -> None:
    """Run a session over ten million ticks; fail if it holds more than after the first million: ``-- FIRST LAST``."""
    install(session, "-e", "./forexai_core", *group("test", "test-core"))
    session.run("python", "forexai_core/benchmarks/live_memory.py", *session.posargs)


@nox.session
def page(session: nox.Session) -> None:
    """Check and test the web page, and build it into the application's package."""
    build_page(session)


def build_page(session: nox.Session) -> None:
    """Build the web page with the Node of this machine, or with one from a wheel where there is none."""
    if shutil.which("npm") is None:
        install(session, *group("page"))
    web = ROOT / "reference_app" / "web"
    with session.chdir(web):
        # No package runs a script of its own; versions are those of the lock.
        session.run("npm", "ci", "--ignore-scripts", external=True)
        for step in (["test"], ["run", "build"]):
            session.run("npm", *step, external=True)


@nox.session
def build(session: nox.Session) -> None:
    """Build wheels and source distributions, install them in a clean environment, and smoke-test them."""
    install(session, *group("build"))
    build_page(session)
    out = ROOT / "dist"
    shutil.rmtree(out, ignore_errors=True)
    for folder in FOLDERS.values():
        # The wheel is made from the source distribution, which proves that one too.
        session.run("uv", "build", "--quiet", "--build-constraints", CONSTRAINTS, "--out-dir", str(out), folder)
    session.run("python", f"{HOUSE}/artefacts.py", str(out))
    clean = Path(session.create_tmp()).resolve() / "clean"
    python = clean / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    session.run("uv", "venv", "--quiet", "--clear", str(clean))
    wheels = [f"{wheel}{EXTRAS.get(wheel.name.split('-')[0], '')}" for wheel in sorted(out.glob("*.whl"))]
    session.run("uv", "pip", "install", "--quiet", "--python", str(python), "-c", CONSTRAINTS, *wheels)
    lend_openmp(session)
    session.chdir(clean)
    session.run(str(python), "-I", str(ROOT / HOUSE / "smoke.py"), external=True)
    session.run(str(python.parent / "forexai"), "plugins", "doctor", external=True)


@nox.session
def licences(session: nox.Session) -> None:
    """Check the licence of every distribution that a user's installation runs."""
    install_workspace(session)
    session.run("python", f"{HOUSE}/licences.py")


@nox.session
def lock(session: nox.Session) -> None:
    """Write constraints.txt anew; ``nox -s lock -- --upgrade`` takes the newest versions."""
    install(session, *group("build"))
    session.run("uv", "lock", "--quiet", *session.posargs)
    export = "uv export --format requirements-txt --all-groups --all-extras --no-emit-workspace --no-hashes"
    text = session.run(*export.split(), "--no-annotate", "--no-header", "--frozen", "--quiet", silent=True, stderr=None)
    Path(CONSTRAINTS).write_text(str(text), encoding="utf-8")
