"""A kernel kept on disk is never served once a file behind it has changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import forexai_core
from forexai_core._compilation import places, stamps

pytestmark = pytest.mark.compiled

SOURCE = Path(forexai_core.__file__).parent

CALLER = """
from forexai_core._jit import kernel
from {folder}.rates import rate

@kernel
def charge(lots):
    return lots * rate()
"""
RATE = """
from forexai_core._jit import kernel

@kernel
def rate():
    return {value}
"""
PROGRAM = """
from forexai_core.strategies.charges import charge
value = charge(2.0)
print(value, len(charge.stats.cache_hits), len(charge.stats.cache_misses))
"""


@pytest.fixture
def package(tmp_path):
    """A package of the same shape: a kernel among the strategies calls one of the engine."""
    root = tmp_path / "forexai_core"
    for folder in ("engine", "strategies"):
        (root / folder).mkdir(parents=True)
        (root / folder / "__init__.py").write_text("")
    (root / "__init__.py").write_text("")
    shutil.copytree(SOURCE / "_compilation", root / "_compilation")
    for name in ("_jit.py", "arrays.py"):
        shutil.copy(SOURCE / name, root / name)
    (root / "engine" / "rates.py").write_text(RATE.format(value=1.5))
    (root / "strategies" / "charges.py").write_text(CALLER.format(folder="forexai_core.engine"))
    return tmp_path


def run(package: Path, program: str = PROGRAM, cache: Path | None = None) -> list[str]:
    keep = {name: value for name, value in os.environ.items() if name != "NUMBA_DISABLE_JIT"}
    environment = keep | {"PYTHONPATH": str(package), "NUMBA_CACHE_DIR": str(cache or package / "cache")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_an_edit_of_a_helper_in_another_folder_is_seen(package):
    value, hits, misses = run(package)
    assert (value, hits, misses) == ("3.0", "0", "1")
    value, hits, misses = run(package)
    assert (value, hits, misses) == ("3.0", "1", "0")
    helper = package / "forexai_core" / "engine" / "rates.py"
    kept = helper.stat()
    helper.write_text(RATE.format(value=2.5))
    os.utime(helper, ns=(kept.st_atime_ns, kept.st_mtime_ns))  # not even a new date gives it away (-B: nor to Python)
    value, hits, _ = run(package)
    assert (value, hits) == ("5.0", "0")


@pytest.fixture
def stamp(monkeypatch, package):
    """Stamp files of that package, by their place in it."""
    root = package / "forexai_core"
    monkeypatch.setattr(stamps, "_PACKAGE", root)

    def fresh(place: str) -> str:
        stamps._imports.cache_clear()
        stamps._content_digest.cache_clear()
        return stamps.kernel_stamp.__wrapped__(root / place)

    yield fresh
    stamps._imports.cache_clear()
    stamps._content_digest.cache_clear()


def test_a_floor_above_does_not_spoil_the_cache_below(stamp, package):
    before = {place: stamp(place) for place in ("engine/rates.py", "strategies/charges.py")}
    (package / "forexai_core" / "strategies" / "charges.py").write_text("# _jit: another text")
    assert stamp("engine/rates.py") == before["engine/rates.py"]
    assert stamp("strategies/charges.py") != before["strategies/charges.py"]


USES = {
    "by_name": "from forexai_core.engine.levels import TOP",
    "by_module": "from forexai_core.engine import levels",
    "in_brackets": "from forexai_core.engine import (\n    rates,  # the (rates)\n    levels as found,\n)",
    "continued": "from forexai_core.engine import rates, \\\n    levels",
    "far": "from forexai_core.engine.between import top",
    "later": "def late():\n    from forexai_core.engine import levels",
    "relative": "from . import charges",
    "whole": "import forexai_core as fx",
    "hidden": "from importlib import import_module",
}


@pytest.mark.parametrize("way", USES)
def test_a_stamp_covers_what_a_file_imports_in_any_way(stamp, package, way):
    engine, strategies = package / "forexai_core" / "engine", package / "forexai_core" / "strategies"
    (engine / "levels.py").write_text("TOP = 3")
    (engine / "between.py").write_text("from forexai_core.engine.levels import TOP\n\n\ndef top():\n    return TOP\n")
    (strategies / "charges.py").write_text(USES[way] + "\nfrom forexai_core._jit import kernel\n")
    before = stamp("strategies/charges.py")
    (engine / "levels.py").write_text("TOP = 4")
    assert stamp("strategies/charges.py") != before


def test_a_file_that_is_not_imported_spoils_nothing(stamp, package):
    before = stamp("strategies/charges.py")
    (package / "forexai_core" / "engine" / "levels.py").write_text("from forexai_core._jit import kernel\nTOP = 4")
    (package / "forexai_core" / "strategies" / "others.py").write_text("from forexai_core._jit import kernel")
    assert stamp("strategies/charges.py") == before
    (package / "forexai_core" / "engine" / "rates.py").write_text(RATE.format(value=2.5))
    assert stamp("strategies/charges.py") != before


def test_kernels_of_other_packages_are_left_to_numba(tmp_path):
    file = tmp_path / "other.py"
    file.write_text("def f(): return 1\n")
    for locator in (places._StampedProvidedLocator, places._StampedUserLocator):
        assert locator.from_function(lambda: None, str(file)) is None


FIRST_OF_ALL = """
import sys
from forexai_core.strategies.charges import charge
print(charge(2.0), len(charge.stats.cache_hits), "numba.cpython.hashing" in sys.modules)
import numba
from forexai_core._jit import compiled_signature, kernel

@kernel(cache=False)
def charged_twice(lots):
    return charge(lots) + charge(lots)

@compiled_signature("float64(float64)")
def step(lots):
    return max(charge(lots), 1.0) ** 0.5

@numba.njit
def of_others(word):
    known = {word: 1.0}
    return sum([known[word], 2.0]) + hash((1, 2)) * 0

print(charged_twice(2.0), step(6.0), of_others("a"))
"""


def test_a_kept_kernel_needs_no_registries_and_what_is_compiled_after_it_finds_them(package):
    run(package)
    assert run(package, FIRST_OF_ALL) == ["3.0", "1", "False", "6.0", "3.0", "3.0"]


HASHING = """
from forexai_core._jit import kernel

@kernel(_nrt=True)
def digest(text):
    return hash(text)
"""
HASHED = """
import sys
from forexai_core.strategies.digests import digest
same = digest("EURUSD") == hash("EURUSD")
print(same, len(digest.stats.cache_hits), "numba.cpython.hashing" in sys.modules)
"""


def test_a_kept_kernel_that_calls_what_only_the_registries_bring_fills_them(package):
    (package / "forexai_core" / "strategies" / "digests.py").write_text(HASHING)
    assert run(package, HASHED) == ["True", "0", "True"]
    assert run(package, HASHED) == ["True", "1", "True"]


def test_where_numba_is_built_otherwise_kernels_are_kept_its_own_way(package):
    otherwise = (
        "import sys; from llvmlite import binding; del binding.address_of_symbol\n"
        + PROGRAM
        + "print('numba.cpython.hashing' in sys.modules)\n"
    )
    assert run(package, otherwise) == ["3.0", "0", "1", "True"]
    assert run(package, otherwise) == ["3.0", "1", "0", "True"]


CONSTANTS = """
from forexai_core._jit import kernel

@kernel(cache=False)
def scaled(value, by):
    return value * by

@kernel(cache=False)
def both(value):
    return scaled(value, 2) + scaled(value, by=3)

print(both(5), len(scaled.signatures))
"""


def test_a_kernel_called_with_several_constants_is_compiled_once(package):
    assert run(package, CONSTANTS) == ["25", "1"]


LINKED = """
import numba
from forexai_core.engine.rates import rate
from forexai_core.strategies.charges import charge
charge(2.0)
library = next(iter(charge.overloads.values())).library
parsed = [getattr(library, "_parsed", "compiled here") is not None]

@numba.njit
def twice(lots):
    return charge(lots) + charge(lots)

print(twice(2.0), *parsed, library._shared_module is not None)
"""


def test_a_kept_kernel_is_parsed_when_another_is_compiled_with_it(package):
    assert run(package, LINKED) == ["6.0", "True", "True"]
    assert run(package, LINKED) == ["6.0", "False", "True"]


def test_where_nothing_can_be_written_kernels_live_as_long_as_their_process(package):
    """The user's folders are below a file; the package's own is declined, as one that is read-only is."""
    (package / "file").write_text("")
    nowhere = {name: str(package / "file" / name) for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")}
    keep = {name: value for name, value in os.environ.items() if name not in {"NUMBA_DISABLE_JIT", "NUMBA_CACHE_DIR"}}
    program = (
        "import logging; logging.basicConfig(); from numba.core.caching import InTreeCacheLocator as tree\n"
        "tree.from_function = classmethod(lambda *_: None)\n" + PROGRAM + "print(charge._cache.cache_path)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        env=keep | nowhere | {"PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=True,
    )
    figures, place = done.stdout.splitlines()
    assert figures.split()[0] == "3.0"
    assert "forexai-kernels-" in place
    assert not Path(place).exists()
    assert done.stderr.count("Set NUMBA_CACHE_DIR to a folder that can be written") == 1


VECTORS = """
import sys
import numpy as np
from forexai_core._jit import kernel

def add(values, out):
    for i in range(out.shape[0]):
        out[i] += values[i]

add = kernel(cache=False)(add)
add(np.ones(100), np.zeros(100))
(text,) = add.inspect_llvm().values()
sys.exit(0 if '"prefer-vector-width"="256"' in text else "no width is preferred")
"""


def test_kernels_prefer_narrow_vectors():
    subprocess.run([sys.executable, "-c", VECTORS], check=True, env={**os.environ, "NUMBA_DISABLE_JIT": "0"})


def test_a_copy_of_the_package_elsewhere_finds_what_this_one_compiled(package, tmp_path_factory):
    assert run(package) == ["3.0", "0", "1"]
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "site-packages"
    shutil.copytree(package, elsewhere)
    assert run(elsewhere, cache=package / "cache") == ["3.0", "1", "0"]
    (elsewhere / "forexai_core" / "engine" / "rates.py").write_text(RATE.format(value=2.5))
    assert run(elsewhere, cache=package / "cache") == ["5.0", "0", "1"]
    assert run(package) == ["3.0", "1", "0"]


QUOTED = """
from forexai_core._jit import kernel
from forexai_core.engine.quoted import quoted

@kernel
def spread_of(quote):
    return quote.ask - quote.bid

def charge(lots):
    return spread_of(quoted(1.0, 1.5)) * lots

charge.stats = spread_of.stats
"""
QUOTE = """
from typing import NamedTuple

class Quote(NamedTuple):
    {first}: float
    {second}: float

def quoted(bid, ask):
    return Quote(bid=bid, ask=ask)
"""


def test_the_order_of_the_fields_of_a_named_tuple_is_compiled_in(package):
    root = package / "forexai_core"
    (root / "strategies" / "charges.py").write_text(QUOTED)
    (root / "engine" / "quoted.py").write_text(QUOTE.format(first="bid", second="ask"))
    assert run(package) == ["1.0", "0", "1"]
    assert run(package) == ["1.0", "1", "0"]
    (root / "engine" / "quoted.py").write_text(QUOTE.format(first="ask", second="bid"))
    assert run(package) == ["1.0", "0", "1"]
