"""From the programs of a run to the one desk that the batch drive decides with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, COMMAND, INTENT, ROW
from forexai_core.engine.deciding.programs import Program
from forexai_core.engine.preparation.setup import Setup
from forexai_core.engine.state.book import Desk, Seen, as_read
from forexai_core.engine.state.records import COMMANDS_PER_CLOSE
from forexai_core.errors import ConfigError
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks

__all__ = ["assemble", "command_rows", "seen_of", "stacked"]


def stacked(rows: Sequence[NDArray[np.uint8] | None]) -> NDArray[np.uint8]:
    """Stack the bytes of each symbol's record; rows are multiples of eight bytes, for alignment."""
    longest = max((0 if row is None else len(row) for row in rows), default=0)
    table = np.zeros((len(rows), max(8, -(-longest // 8) * 8)), np.uint8)
    for number, row in enumerate(rows):
        if row is not None:
            table[number, : len(row)] = row
    return table


def seen_of(rows: NDArray[np.void]) -> Seen:
    """Lay out rows of BAR or TICK as a compiled step reads them."""
    names = rows.dtype.names or ()
    columns = ("bid", "bid", "bid", "bid", "volume") if "bid" in names else ("open", "high", "low", "close", "volume")
    shape = (len(rows), len(names))
    plain = as_read(rows)
    values, stamps = plain.view(np.float64).reshape(shape), plain.view(np.int64).reshape(shape)
    return Seen(values, stamps, *map(names.index, columns))


def _wishes(programs: Sequence[Program], series: Sequence[Bars | Ticks]) -> tuple[NDArray[Any], ...]:
    """Put the rows at which something is wanted one behind the other: wishes, decisions, first and last of each."""
    given = [program.wishes for program in programs if program.wishes is not None]
    if not given:
        none = np.empty(0, np.int64)
        return np.empty(0, INTENT), none, np.zeros(len(programs), np.int64), np.zeros(len(programs), np.int64)
    if len(given) != len(programs):
        raise ConfigError("Either every symbol of a run has intents, or none has.")
    for prices, wishes in zip(series, given, strict=True):
        if wishes.bars != len(prices):
            raise ConfigError(f"{prices.symbol}: there are {len(prices)} bars, but {wishes.bars} rows of intents.")
    if len(given) == 1:
        return given[0].rows, given[0].decisions, np.zeros(1, np.int64), np.array([len(given[0].rows)])
    stops = np.cumsum([len(wishes.rows) for wishes in given])
    firsts = np.cumsum([0, *map(len, series)])
    rows = [wishes.decisions + first for wishes, first in zip(given, firsts, strict=False)]
    return (
        np.concatenate([wishes.rows for wishes in given]),
        np.concatenate(rows),
        np.concatenate(([0], stops[:-1])),
        stops,
    )


def command_rows() -> NDArray[np.void]:
    """Make the rows that a step writes its commands to, with the one that shows that it has written too many."""
    return np.zeros(COMMANDS_PER_CLOSE + 1, COMMAND)


def assemble(programs: Sequence[Program], setup: Setup) -> Desk:
    """Lay out what the batch drive decides with.

    Parameters
    ----------
    programs : sequence of Program
        One a symbol, in the order of the symbols; all of one strategy, so of one step.
    setup : Setup
        Of the run.

    Raises
    ------
    ConfigError
        If programs and symbols do not match.
    """
    symbols = len(setup.symbols)
    if len(programs) != symbols:
        raise ConfigError(f"The run has {symbols} symbols, but {len(programs)} programs.")
    first = programs[0]
    if any(program.step is not first.step for program in programs):
        raise ConfigError("One run steps one compiled strategy; use a run for each.")
    wishes, rows, firsts, stops = _wishes(programs, setup.series)
    management = programs[0].management if symbols == 1 else np.concatenate([each.management for each in programs])
    watches = (management["break_even_start"] > 0.0).any() or (management["max_bars"] > 0).any()
    return Desk(
        seen=seen_of(np.empty(0, BAR) if first.step is None else setup.decision_rows()),
        wishes=as_read(wishes),
        wish_rows=as_read(rows),
        pending=firsts,
        stops=as_read(stops),
        management=as_read(management),
        manages=int(watches),
        steps=int(first.step is not None),
        state=stacked([program.state for program in programs]),
        params=stacked([program.params for program in programs]),
        row=np.zeros(1, ROW),
        commands=command_rows(),
    )
