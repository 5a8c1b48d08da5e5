"""What a compiled step commands is carried out or refused aloud: nothing of it is lost."""

from __future__ import annotations

import math

import pytest
from strategy_markets import make_market

import forexai_core as fx
from forexai_core.engine.accounting.money import to_steps
from forexai_core.errors import TradingError
from forexai_core.strategies import commands, compiled_strategy
from forexai_core.values.clocks import format_time_ns

pytestmark = pytest.mark.kernels

AT = 7  # the bar at whose close something is asked for


@compiled_strategy(params={"number": 16})
def ladder(row, state, params, out):
    """Place a ladder of orders at one close."""
    if row["index"] == AT:
        for rung in range(params["number"]):
            commands.buy_limit(out, round(row["close"] - 0.01 - rung * 0.001, 5), 0.01)


@compiled_strategy(params={"kind": 1, "side": 1})
def by_hand(row, state, params, out):
    """Write a command without the functions that do."""
    if row["index"] == AT:
        out[0]["kind"] = params["kind"]
        out[0]["side"] = params["side"]
        out[0]["volume_lots"] = 0.01


@compiled_strategy()
def beyond(row, state, params, out):
    """Write every row that there is by hand."""
    if row["index"] == AT:
        for number in range(len(out)):
            out[number]["kind"] = fx.arrays.COMMAND_CANCEL_ALL


def run(strategy, drive="batch", **settings):
    return fx.backtest(strategy, make_market(30), drive=drive, **settings)


@pytest.mark.parametrize("drive", ["batch", "step"])
def test_a_command_too_many_ends_the_run_and_says_whose_and_when(drive):
    assert run(ladder(number=16), drive).counts["refused_orders"] == 0
    with pytest.raises(TradingError, match=r"ladder on \w+: at .* more than 16 commands") as raised:
        run(ladder(number=17), drive)
    assert f"at {format_time_ns(make_market(30).end_ns[AT])} its step" in str(raised.value)
    with pytest.raises(TradingError, match="more than 16 commands"):
        run(ladder(number=40), drive)


def test_sleeves_are_named():
    quiet = fx.Sleeve("quiet", ladder(number=1))
    run([quiet, fx.Sleeve("loud", ladder(number=16))])
    for drive in ("batch", "step"):
        with pytest.raises(TradingError, match=r"Sleeve 'loud' on \w+: at .* more than 16 commands"):
            run([quiet, fx.Sleeve("loud", ladder(number=17))], drive)


def test_while_a_position_is_open_and_looked_at_bar_by_bar_too():
    @compiled_strategy()
    def later(row, state, params, out):
        if row["index"] == 2:
            commands.buy(out, 0.01)
        if row["index"] == AT:
            for _ in range(17):
                commands.buy_limit(out, round(row["close"] - 0.01, 5), 0.01)

    with pytest.raises(TradingError, match="more than 16 commands"):
        run(later())


def test_a_sweep_names_the_set():
    with pytest.raises(TradingError, match=r"ladder on .* more than 16 commands") as raised:
        fx.sweep([ladder(number=number) for number in (3, 17)], make_market(30), workers=1)
    assert any("17" in note for note in raised.value.__notes__)


@pytest.mark.parametrize(("kind", "side"), [(13, 1), (-1, 1), (1, 0), (1, 2), (1, -2), (4, 0)])
def test_what_is_no_command_is_refused(kind, side):
    assert len(run(by_hand(kind=1, side=-1)).trades) == 1
    with pytest.raises(TradingError, match=r"by-hand on \w+: at .* a command that is none"):
        run(by_hand(kind=kind, side=side))


@pytest.mark.parametrize("drive", ["batch", "step"])
def test_the_start_of_a_trailing_without_its_distance_is_refused(drive):
    @compiled_strategy(params={"distance": 0.0})
    def late(row, state, params, out):
        if row["index"] == AT:
            number = commands.buy(out, 0.01)
            out[number]["trail_start"] = 0.002
            out[number]["trail_distance"] = params["distance"]
        if row["index"] == AT + 2 and row["ticket"] > 0:
            commands.trail(out, row["ticket"], 0.0, 0.002)  # neither ends it nor can be carried out
        if row["index"] == AT + 3 and row["ticket"] > 0:
            commands.trail(out, row["ticket"], 0.0)  # ends it

    assert run(late(), drive).counts["refused_invalid_stops"] == 1
    trailing = run(late(distance=0.001), drive)
    assert (trailing.counts["refused_invalid_stops"], len(trailing.trades)) == (1, 1)
    assert trailing.counts["refused_orders"] == 1


@pytest.mark.parametrize("drive", ["batch", "step"])
@pytest.mark.parametrize("volume", [0.3 - 0.1 - 0.2, 1e-12])
def test_a_part_that_rounds_to_nothing_is_refused_and_does_not_close_all(volume, drive):
    @compiled_strategy(params={"lots": volume})
    def dust(row, state, params, out):
        if row["index"] == AT:
            commands.buy(out, 0.3)
        if row["index"] == AT + 2:
            commands.close(out, row["ticket"], params["lots"])

    refused, closed = run(dust(), drive), run(dust(lots=0.0), drive)
    assert refused.counts["refused_invalid_volume"] == 1
    assert refused.trades_frame()["close_reason"].tolist() != closed.trades_frame()["close_reason"].tolist()
    assert closed.counts["refused_orders"] == 0


def test_rows_beyond_the_limit_that_are_written_by_hand_are_seen():
    with pytest.raises(TradingError, match="more than 16 commands"):
        run(beyond())


@compiled_strategy(params={"lots": 0.01})
def parts(row, state, params, out):
    """Open at one close, and close that many lots at the next."""
    if row["index"] == AT:
        commands.buy(out, 0.01)
    if row["index"] == AT + 1:
        commands.close(out, row["ticket"], params["lots"])


@pytest.mark.parametrize("lots", [1e14, 1e30, -1e30])
def test_a_volume_beyond_all_counting_is_refused(lots):
    result = run(parts(lots=lots))
    assert result.counts["refused_orders"] == 1
    assert result.trades_frame()["close_reason"].tolist() == ["end_of_data"]


@pytest.mark.parametrize("lots", [0.015, 9e13, 1e14, 1e30, -1e30, math.inf, -math.inf, math.nan])
def test_lots_that_are_no_whole_steps(lots):
    assert to_steps(lots, 0.01) == (9 * 10**15 if lots == 9e13 else -1)
