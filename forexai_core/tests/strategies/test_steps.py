"""What only the compiler shows: one type for all steps, and why a step cannot be compiled."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from forexai_core.arrays import COMMAND, ROW
from forexai_core.engine.programs import NO_RECORD, STEP_SIGNATURE, compile_step, idle_step
from forexai_core.errors import ConfigError

STATE = np.dtype([("total", np.float64)])
PARAMS = np.dtype([("scale", np.float64)])


def add(row, state, params, out):
    state["total"] += row["close"] * params["scale"]


def test_a_kernel_takes_any_step_by_one_type():
    types = numba.types
    array = types.Array(numba.from_dtype(ROW), 1, "C")
    signature = types.void(
        types.FunctionType(STEP_SIGNATURE),
        array,
        types.uint8[::1],
        types.uint8[::1],
        types.Array(numba.from_dtype(COMMAND), 1, "C"),
    )

    @numba.njit(signature)
    def drive(step, rows, state, params, out):
        for row in rows:
            step(row, state, params, out)

    rows, out = np.zeros(5, ROW), np.zeros(4, COMMAND)
    rows["close"], rows["index"] = 1.5, np.arange(1, 6)
    params = np.array([(2.0,)], PARAMS).view(np.uint8)
    state = np.zeros(STATE.itemsize, np.uint8)
    drive(compile_step(add, STATE, PARAMS), rows, state, params, out)
    assert state.view(STATE)[0]["total"] == 15.0
    drive(idle_step, rows, state, params, out)
    assert state.view(STATE)[0]["total"] == 15.0


def test_what_cannot_be_compiled_says_why():
    def misspelt(row, state, params, out):
        state["totl"] = 1.0

    def wild(row, state, params, out):
        {}.missing()

    with pytest.raises(ConfigError, match="no field 'totl'"):
        compile_step(misspelt, STATE, NO_RECORD)
    with pytest.raises(ConfigError, match=r"wild cannot be compiled"):
        compile_step(wild, STATE, NO_RECORD)
