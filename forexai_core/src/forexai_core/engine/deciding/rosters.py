"""From the programs of several strategies to the one roster that the ledger decides with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, INTENT, MANAGEMENT, ROW
from forexai_core.engine.deciding.desk import command_rows, seen_of, stacked
from forexai_core.engine.deciding.programs import Program
from forexai_core.engine.deciding.steps import step_address
from forexai_core.engine.preparation.agenda import events_before
from forexai_core.engine.preparation.setup import Setup
from forexai_core.engine.preparation.stream import as_bars
from forexai_core.engine.state.book import Roster, as_read
from forexai_core.engine.state.market_records import PART_REST
from forexai_core.errors import ConfigError
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks

__all__ = ["TURN", "Decider", "call_up"]

TURN = np.dtype(
    [
        ("event", np.int64),  # the last one that is taken before
        ("sleeve", np.int64),
        ("row", np.int64),  # of the sleeve's own bars, which has just closed
        ("time_ns", np.int64),  # when it did: the time of the decision
    ]
)
"""One decision of one of several strategies."""

_NO_PROGRAM = Program()


@attrs.frozen(kw_only=True, eq=False)
class Decider:
    """One of several strategies, as the ledger asks it.

    Attributes
    ----------
    symbol : int
        Index of the symbol that it decides on.
    prices : Bars or Ticks
        Its own bars: those of the run, or higher ones made of them.
    end_ns : (n,) int64
        When each of them is known.
    program : Program or None
        What it decides by; None where it is asked in Python.
    """

    symbol: int
    prices: Bars | Ticks
    end_ns: NDArray[np.int64]
    program: Program | None = None


def _closing_events(setup: Setup, symbol: int) -> NDArray[np.int64]:
    """Give the event that closes each bar of a symbol."""
    market, first = setup.market, sum(map(len, setup.series[:symbol]))
    rows = np.flatnonzero((market.events["symbol"] == symbol) & (market.events["decides"] >= 0))
    ends = np.arange(len(market.time_ns))
    if len(market.agenda):
        closes = market.agenda["part"] & PART_REST > 0
        ends[market.agenda["row"][closes]] = np.flatnonzero(closes)
    closing = np.empty(len(setup.series[symbol]), np.int64)
    closing[market.events["decides"][rows] - first] = ends[rows]
    return closing


def _timeframe(prices: Bars | Ticks) -> str:
    return "tick" if isinstance(prices, Ticks) else str(prices.timeframe)


def _turns_of(decider: Decider, sleeve: int, setup: Setup) -> NDArray[np.void]:
    """Place each decision of a strategy behind the last event before it.

    That is the event which closes its bar, and every event of whatever symbol that comes before what opens at its end.
    """
    own, ends = setup.series[decider.symbol], decider.end_ns
    rows = np.arange(len(ends))
    if _timeframe(decider.prices) != _timeframe(own):
        rows = np.searchsorted(own.time_ns, ends, side="left") - 1
    market = setup.market
    before = events_before(ends, market.time_ns, market.end_ns, market.events, market.agenda) - 1
    turns = np.empty(len(ends), TURN)
    turns["event"] = np.maximum(_closing_events(setup, decider.symbol)[rows], before)
    turns["sleeve"] = sleeve
    turns["row"] = np.arange(len(ends))
    turns["time_ns"] = ends
    return turns


def _in_order(turns: NDArray[np.void]) -> NDArray[np.void]:
    ordered: NDArray[np.void] = turns[np.lexsort((turns["sleeve"], turns["time_ns"], turns["event"]))]
    return ordered


def _wishes(
    programs: Sequence[Program], deciders: Sequence[Decider]
) -> tuple[NDArray[np.void], NDArray[np.int64], NDArray[np.int64]]:
    """Put all wishes one behind the other; give them, their rows, and where those of each strategy end."""
    rows, places, lengths = [np.empty(0, INTENT)], [np.empty(0, np.int64)], []
    for program, decider in zip(programs, deciders, strict=True):
        wishes = program.wishes
        if wishes is not None and wishes.bars != len(decider.prices):
            raise ConfigError(
                f"{decider.prices.symbol}: there are {len(decider.prices)} bars, but {wishes.bars} rows of intents."
            )
        lengths.append(0 if wishes is None else len(wishes.rows))
        if wishes is not None:
            rows.append(wishes.rows)
            places.append(wishes.decisions)
    return np.concatenate(rows), np.concatenate(places), np.cumsum(lengths, dtype=np.int64)


def _bars(programs: Sequence[Program], deciders: Sequence[Decider]) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """Put the bars of those who step one behind the other; give them, and where those of each begin."""
    rows: list[NDArray[np.void]] = [np.empty(0, BAR)]
    firsts: list[int] = []
    for program, decider in zip(programs, deciders, strict=True):
        firsts.append(sum(map(len, rows)))
        if program.step is not None:
            rows.append(as_bars(decider.prices))
    return np.concatenate(rows), np.array(firsts, np.int64)


def call_up(deciders: Sequence[Decider], setup: Setup) -> Roster:
    """Lay out what several strategies decide with, and in which order.

    Parameters
    ----------
    deciders : sequence of Decider
        In the order in which those of one instant decide.
    setup : Setup
        Of the run, laid out for so many of them.

    Raises
    ------
    ConfigError
        If a program does not fit the bars that it is to decide on.
    """
    programs = [each.program or _NO_PROGRAM for each in deciders]
    wishes, wish_rows, stops = _wishes(programs, deciders)
    bars, firsts = _bars(programs, deciders)
    turns: Any = np.concatenate([_turns_of(each, number, setup) for number, each in enumerate(deciders)])
    management = np.concatenate([each.management for each in programs]).astype(MANAGEMENT)
    counts = np.diff(np.concatenate(([0], stops)))
    return Roster(
        turns=as_read(_in_order(turns)),
        symbols=as_read(np.array([each.symbol for each in deciders], np.int64)),
        addresses=as_read(np.array([step_address(each.step) for each in programs], np.int64)),
        seen=seen_of(bars),
        firsts=as_read(firsts),
        wishes=as_read(wishes),
        wish_rows=as_read(wish_rows),
        pending=stops - counts,
        stops=as_read(stops),
        management=as_read(management),
        state=stacked([each.state for each in programs]),
        params=stacked([each.params for each in programs]),
        row=np.zeros(1, ROW),
        commands=command_rows(),
        taken=np.zeros(1, np.int64),
    )
