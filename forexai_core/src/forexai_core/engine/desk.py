"""From the programs of a run to the one desk that the batch drive decides with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import COMMAND, INTENT, ROW
from forexai_core.engine.book import as_read
from forexai_core.engine.programs import Program
from forexai_core.engine.run import Desk
from forexai_core.errors import ConfigError

__all__ = ["COMMANDS_PER_CLOSE", "assemble"]

COMMANDS_PER_CLOSE = 16
"""How many commands a compiled step can give at one close."""


def _bytes(rows: Sequence[NDArray[np.uint8] | None]) -> NDArray[np.uint8]:
    """Stack the bytes of each symbol's record; rows are multiples of eight bytes, for alignment."""
    longest = max((0 if row is None else len(row) for row in rows), default=0)
    table = np.zeros((len(rows), max(8, -(-longest // 8) * 8)), np.uint8)
    for number, row in enumerate(rows):
        if row is not None:
            table[number, : len(row)] = row
    return table


def _intents(programs: Sequence[Program]) -> NDArray[np.void]:
    given = [program.intents for program in programs if program.intents is not None]
    if not given:
        return np.empty(0, INTENT)
    if len(given) != len(programs):
        raise ConfigError("Either every symbol of a run has intents, or none has.")
    return given[0] if len(given) == 1 else np.concatenate(given)


def assemble(programs: Sequence[Program], bars: NDArray[np.void], symbols: int) -> Desk:
    """Lay out what the batch drive decides with.

    Parameters
    ----------
    programs : sequence of Program
        One a symbol, in the order of the symbols; all of one strategy, so of one step.
    bars : (decisions,) BAR
        The strategy's bars, symbol after symbol.
    symbols : int
        How many symbols the run has.

    Raises
    ------
    ConfigError
        If programs and symbols do not match.
    """
    if len(programs) != symbols:
        raise ConfigError(f"The run has {symbols} symbols, but {len(programs)} programs.")
    first = programs[0]
    if any(program.step is not first.step for program in programs):
        raise ConfigError("One run steps one compiled strategy; use a run for each.")
    intents = _intents(programs)
    if len(intents) and len(intents) != len(bars):
        raise ConfigError(f"There are {len(bars)} bars, but {len(intents)} rows of intents.")
    management = np.concatenate([program.management for program in programs])
    watches = np.any(management["break_even_start"] > 0.0) or np.any(management["max_bars"] > 0)
    return Desk(
        bars=as_read(bars),
        intents=as_read(intents),
        management=as_read(management),
        manages=int(watches or first.step is not None),
        steps=int(first.step is not None),
        state=_bytes([program.state for program in programs]),
        params=_bytes([program.params for program in programs]),
        row=np.zeros(1, ROW),
        commands=np.zeros(COMMANDS_PER_CLOSE, COMMAND),
    )
