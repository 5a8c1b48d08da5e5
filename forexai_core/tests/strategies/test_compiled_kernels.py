# ruff: noqa: E501 - a table reads best in rows
"""Compiled steps: state and parameters as records, commands as rows; the same as plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from strategy_markets import make_market

from forexai_core import arrays
from forexai_core.arrays import COMMAND, INTENT, MANAGEMENT, ROW
from forexai_core.engine.deciding.programs import Program, Wishes
from forexai_core.engine.deciding.steps import NO_RECORD, compile_step
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.strategies import Param, commands, compiled_strategy

pytestmark = pytest.mark.kernels

STATE = np.dtype([("total", np.float64), ("last", np.int8), ("ring", np.int64, (4,))])


@compiled_strategy(state=STATE, params={"scale": 2.0, "every": Param(3, ge=1), "loud": True}, warmup=7)
def adder(row, state, params, out):
    """Add up."""
    state["total"] += row["close"] * params["scale"]
    state["ring"][row["index"] % 4] = row["index"]
    if params["loud"] and row["index"] % params["every"] == 0:
        commands.buy(out, 0.1, 0.002)


def run(program, closes):
    """Call a program's step as the kernel does."""
    row, out, state = np.zeros(1, ROW), np.zeros(8, COMMAND), program.state.copy()
    given = []
    for index, close in enumerate(closes):
        row["index"], row["close"] = index, close
        out["kind"] = 0
        program.step(row[0], state, program.params, out)
        given.append(int(np.argmin(out["kind"] != 0)))
    return state, given


def test_state_and_parameters_are_records_of_the_declared_types():
    strategy = adder(scale=3, every=2)
    program = strategy.program(make_market(3))
    state, given = run(program, [1.0, 2.0, 4.0])
    record = state.view(STATE)[0]
    assert record["total"] == 21.0
    assert record["ring"].tolist() == [0, 1, 2, 0]
    assert given == [1, 0, 1]
    assert (strategy.warmup, strategy.name, strategy.description) == (7, "adder", "Add up.")
    assert not program.state.any()


def test_two_runs_share_no_state():
    program = adder().program(make_market(3))
    assert np.array_equal(run(program, [1.0])[0], run(program, [1.0])[0])


def test_parameters_are_checked_like_all_others():
    with pytest.raises(ConfigError, match="every must be at least 1"):
        adder(every=0)
    with pytest.raises(ConfigError, match="Did you mean 'scale'"):
        adder(scal=1.0)
    assert adder.schema()["properties"]["every"]["minimum"] == 1


def test_a_step_is_compiled_once():
    def step(row, state, params, out):
        pass

    assert compile_step(step, STATE, NO_RECORD) is compile_step(step, STATE, NO_RECORD)


def test_records_must_be_structured():
    def step(row, state, params, out):
        pass

    with pytest.raises(ConfigError, match="must be structured"):
        compile_step(step, np.dtype(np.float64), NO_RECORD)
    with pytest.raises(ConfigError, match="structured dtype"):
        compiled_strategy(state=np.float64)(step)
    with pytest.raises(ConfigError, match="'name' needs a default that is a number"):
        compiled_strategy(params={"name": "x"})(step)


@pytest.mark.parametrize(
    "wrong",
    [
        {"management": np.zeros(2, MANAGEMENT)},
        {"state": np.zeros(3)},
        {"params": np.zeros(8, np.uint8)[::2]},
    ],
)
def test_a_program_takes_only_what_kernels_can_read(wrong):
    with pytest.raises(DataShapeError):
        Program(**wrong)


@pytest.mark.parametrize("wrong", [np.zeros(3, MANAGEMENT), np.zeros((3, 1), INTENT)])
def test_wishes_are_rows_of_intents(wrong):
    with pytest.raises(DataShapeError):
        Wishes(wrong, np.arange(3), 3)


def test_wishes_are_the_rows_that_want_something():
    rows = np.zeros(6, INTENT)
    rows["entry"][[1, 4]], rows["exit"][3] = (1, -1), 2
    wishes = Wishes.of(rows)
    assert wishes.decisions.tolist() == [1, 3, 4]
    assert wishes.after(2).decisions.tolist() == [3, 4]
    assert wishes.after(2).rows["exit"].tolist() == [2, 0]


# --- commands ---------------------------------------------------------------------------------------------------------

WRITTEN = [
    (commands.buy, (0.1, 0.2, 0.3), {"kind": 1, "side": 1, "volume_lots": 0.1, "stop_distance": 0.2, "target_distance": 0.3}),
    (commands.sell, (0.1,), {"kind": 1, "side": -1, "volume_lots": 0.1}),
    (commands.buy_risk, (0.01, 0.2), {"kind": 1, "side": 1, "risk_fraction": 0.01, "stop_distance": 0.2}),
    (commands.sell_risk, (0.01, 0.2), {"kind": 1, "side": -1, "risk_fraction": 0.01, "stop_distance": 0.2}),
    (commands.buy_limit, (1.1, 0.1), {"kind": 2, "side": 1, "price": 1.1, "volume_lots": 0.1}),
    (commands.sell_limit, (1.1, 0.1), {"kind": 2, "side": -1, "price": 1.1, "volume_lots": 0.1}),
    (commands.buy_stop, (1.1, 0.1, 0.2), {"kind": 3, "side": 1, "price": 1.1, "volume_lots": 0.1, "stop_distance": 0.2}),
    (commands.sell_stop, (1.1, 0.1), {"kind": 3, "side": -1, "price": 1.1, "volume_lots": 0.1}),
    (commands.stop_limit, (-1, 1.1, 1.2, 0.1), {"kind": 4, "side": -1, "price": 1.1, "limit_price": 1.2, "volume_lots": 0.1}),
    (commands.close, (7,), {"kind": 5, "ticket": 7}),
    (commands.close, (7, 0.1), {"kind": 5, "ticket": 7, "volume_lots": 0.1}),
    (commands.close_all, (), {"kind": 6}),
    (commands.close_all, (-1,), {"kind": 6, "side": -1}),
    (commands.modify, (7, 1.1, 1.2), {"kind": 7, "ticket": 7, "stop_loss": 1.1, "take_profit": 1.2}),
    (commands.modify_order, (7, 1.0, 1.1, 1.2), {"kind": 8, "ticket": 7, "price": 1.0, "stop_loss": 1.1, "take_profit": 1.2}),
    (commands.cancel, (7,), {"kind": 9, "ticket": 7}),
    (commands.cancel_all, (), {"kind": 10}),
    (commands.close_by, (7, 8), {"kind": 12, "ticket": 7, "ticket_by": 8}),
    (commands.trail, (7, 0.1, 0.2), {"kind": 11, "ticket": 7, "trail_distance": 0.1, "trail_start": 0.2}),
]  # fmt: skip


@pytest.mark.parametrize(("write", "arguments", "fields"), WRITTEN)
def test_a_command_writes_the_next_row_and_nothing_else(write, arguments, fields):
    out = np.zeros(3, COMMAND)
    for name in COMMAND.names:
        out[name] = 99  # what an earlier bar has left
    out["kind"] = 0
    assert write(out, *arguments) == 0
    assert write(out, *arguments) == 1
    for row in out[:2]:
        assert {name: row[name] for name in COMMAND.names if row[name] != 0} == fields
    assert out["kind"][2] == 0


def test_a_full_list_takes_no_more():
    out = np.zeros(2, COMMAND)
    assert [commands.buy(out, 0.1) for _ in range(4)] == [0, 1, -1, -1]


def test_every_kind_of_command_can_be_written():
    kinds = {value for name, value in vars(arrays).items() if name.startswith("COMMAND_")}
    assert {fields["kind"] for _, _, fields in WRITTEN} == kinds
