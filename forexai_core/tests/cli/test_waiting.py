"""Whether the engine has to be compiled first, and that once is enough."""

from __future__ import annotations

import subprocess
import sys

import numba

import forexai_core as fx
from forexai_core._jit import is_compiled, kernel
from forexai_core.cli.waiting import progress_of
from forexai_core.engine.driving.run import run
from forexai_core.services.trials import MemoryTrials

RUN = """
import forexai_core as fx
from forexai_core._jit import is_compiled
from forexai_core.engine.driving.run import run
from forexai_core.services.trials import MemoryTrials
before = is_compiled(run)
fx.backtest(fx.strategies.SmaCross(), fx.sample("EURUSD", "H1"), trials=MemoryTrials())
print(before, len(run.stats.cache_misses))
"""


def test_what_was_never_called_is_not_compiled():
    @kernel(cache=False)
    def double(x):
        return 2 * x

    assert is_compiled(double) is bool(numba.config.DISABLE_JIT)
    double(1)
    assert is_compiled(double)


def test_a_plain_function_needs_no_compiling():
    assert is_compiled(lambda: None)


def test_another_process_takes_the_engine_from_the_cache():
    """Typed by its step the engine would miss the cache every time, and each command take half a minute more."""
    fx.backtest(fx.strategies.SmaCross(), fx.sample("EURUSD", "H1"), trials=MemoryTrials())
    ended = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["True", "0"], ended.stderr
    assert {str(each[-2]) for each in run.signatures} == {"int64"}, "the step is an address, whatever stands there"


def test_progress_takes_what_the_run_tells():
    with progress_of("running") as progress:
        progress(1, 2)
