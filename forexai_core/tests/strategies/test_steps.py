"""What only the compiler shows: one type for all steps, and why a step cannot be compiled."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from forexai_core.arrays import COMMAND, ROW
from forexai_core.engine.deciding.steps import NO_RECORD, call_step, compile_step, step_address
from forexai_core.errors import ConfigError

STATE = np.dtype([("total", np.float64)])
PARAMS = np.dtype([("scale", np.float64)])


def add(row, state, params, out):
    state["total"] += row["close"] * params["scale"]


def count(row, state, params, out):
    state["total"] += 1.0


def test_a_kernel_takes_any_step_by_its_address():
    @numba.njit
    def drive(step, rows, state, params, out):
        for row in rows:
            call_step(step, (row, state, params, out))

    rows, out = np.zeros(5, ROW), np.zeros(4, COMMAND)
    rows["close"], rows["index"] = 1.5, np.arange(1, 6)
    params = np.array([(2.0,)], PARAMS).view(np.uint8)
    for step, total in ((add, 15.0), (count, 5.0)):
        state = np.zeros(STATE.itemsize, np.uint8)
        drive(step_address(compile_step(step, STATE, PARAMS)), rows, state, params, out)
        assert state.view(STATE)[0]["total"] == total
    assert len(drive.signatures) == 1


def test_what_a_step_raises_comes_out_of_the_kernel():
    def failing(row, state, params, out):
        if row["index"] == 3:
            raise ValueError("no third bar")

    @numba.njit
    def drive(step, rows, state, params, out):
        for row in rows:
            call_step(step, (row, state, params, out))

    rows, out, nothing = np.zeros(5, ROW), np.zeros(4, COMMAND), np.zeros(8, np.uint8)
    rows["index"] = np.arange(1, 6)
    with pytest.raises(ValueError, match="no third bar"):
        drive(step_address(compile_step(failing, NO_RECORD, NO_RECORD)), rows, nothing, nothing, out)


def test_what_cannot_be_compiled_says_why():
    def misspelt(row, state, params, out):
        state["totl"] = 1.0

    def wild(row, state, params, out):
        {}.missing()

    with pytest.raises(ConfigError, match="no field 'totl'"):
        compile_step(misspelt, STATE, NO_RECORD)
    with pytest.raises(ConfigError, match=r"wild cannot be compiled"):
        compile_step(wild, STATE, NO_RECORD)
