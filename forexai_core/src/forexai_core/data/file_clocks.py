"""From what a file's clock showed to UTC: offsets, daylight saving, hours shown twice or never."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core.data.dialects import clock_hint
from forexai_core.data.options import FileOptions
from forexai_core.data.row_checks import Problems
from forexai_core.data.stamps import Stamps
from forexai_core.data.tables import Table
from forexai_core.errors import DataFormatError
from forexai_core.values.clocks import UTC_CLOCK, Clock, format_time_ns
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

__all__ = ["to_utc"]

Times = NDArray[np.int64]


def to_utc(stamps: Stamps, table: Table, options: FileOptions, problems: Problems) -> tuple[Times, str]:
    """Turn the moments of a file into UTC.

    Parameters
    ----------
    stamps : Stamps
        What stands in the file.
    table : Table
        The file, for messages.
    options : FileOptions
        The user's clock and rules.
    problems : Problems
        Rows whose hour the clock never showed, or showed twice without a hint, are noted.

    Returns
    -------
    (rows,) int64
        Nanoseconds UTC.
    str
        What was done, for the provenance.

    Raises
    ------
    DataFormatError
        If the clock is unknown, or the user's contradicts the file.
    """
    if stamps.zoned and not (stamps.epoch and options.epoch == "wall"):
        _check_agreement(stamps, table, options, problems)
        return stamps.local_ns, "UTC, counted since 1970" if stamps.epoch else "offsets in the file"
    clock = options.timezone
    named = table.time_says_utc and "time" not in options.columns
    if clock is None and not named:
        what = "epoch='wall' needs the server's clock" if stamps.epoch else "the times carry no offset from UTC"
        raise DataFormatError(
            f"{what}, so nobody can say when they were.",
            file=table.file,
            line=int(table.line[0]),
            column=table.roles["time"],
            remedy=clock_hint(table.dialect),
        )
    if clock is None:
        return stamps.local_ns, f"UTC, by the column's name '{table.roles['time']}'"
    if named and np.any(clock.offset_ns(stamps.local_ns[problems.good])):
        raise DataFormatError(
            f"the column '{table.roles['time']}' says UTC, but timezone says {clock}.",
            file=table.file,
            line=int(table.line[0]),
            column=table.roles["time"],
            remedy="Leave timezone out; or, if the name is wrong, insist with columns={'time': "
            f"'{table.roles['time']}'}}.",
        )
    return _from_wall(stamps.local_ns, clock, table, options, problems)


def _check_agreement(stamps: Stamps, table: Table, options: FileOptions, problems: Problems) -> None:
    clock = options.timezone
    if clock is None:
        return
    differs = (clock.offset_ns(stamps.local_ns) != stamps.offset_ns) & problems.good
    if not differs.any():
        return
    row = int(np.flatnonzero(differs)[0])
    cell = table.cell("time", row)
    if stamps.epoch:
        problem = f"times counted since 1970 are UTC, but timezone says {clock}."
        remedy = "Leave timezone out; if a MetaTrader server's wall clock was counted, pass epoch='wall' too."
    else:
        minutes = int(stamps.offset_ns[row]) // NS_PER_MINUTE
        problem = f"'{cell}' is {minutes:+d} minutes from UTC, which the clock {clock} does not show then."
        remedy = "Leave timezone out: the file says its offsets itself."
    raise DataFormatError(
        problem, file=table.file, line=int(table.line[row]), column=table.roles["time"], remedy=remedy
    )


def _from_wall(wall: Times, clock: Clock, table: Table, options: FileOptions, problems: Problems) -> tuple[Times, str]:
    early = clock.to_utc_ns(wall, ambiguous="earlier", missing="forward")
    good = problems.good
    skipped = (clock.to_wall_ns(early) != wall) & good
    told = f"{clock}" if clock != UTC_CLOCK else "UTC"
    if skipped.any():
        if options.missing == "raise":
            problems.flag(skipped, "time", "clock", lambda row: _never(wall, row, clock))
        else:
            told += f"; {int(skipped.sum())} times that it skips moved forward"
    late = clock.to_utc_ns(wall, ambiguous="later", missing="forward")
    twice = (early != late) & good
    if not twice.any():
        return early, told
    if options.ambiguous in {"earlier", "later"}:
        told += f"; {int(twice.sum())} times that it shows twice taken as the {options.ambiguous}"
        return (early if options.ambiguous == "earlier" else late), told
    least = 0 if "bid" in table.roles else 1  # ticks may share a moment, bars may not
    second, unclear = _by_file_order(wall, twice, least, backwards=options.sort and wall[0] > wall[-1])
    if options.ambiguous == "raise":
        unclear = twice
    problems.flag(unclear, "time", "clock", lambda row: _two(wall, row, clock))
    if not unclear.all():
        told += f"; {int((twice & ~unclear).sum())} times that it shows twice told apart by the order of rows"
    return np.where(second, late, early), told


def _by_file_order(
    wall: Times, twice: NDArray[np.bool_], least_step_ns: int, *, backwards: bool
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell the two passes of a repeated hour apart by the step back between them.

    Returns which rows are of the second pass, and which cannot be told.
    """
    second, unclear = np.zeros(len(wall), np.bool_), np.zeros(len(wall), np.bool_)
    rows = np.flatnonzero(twice)
    if backwards:
        rows = rows[::-1]
    shown = wall[rows]
    new_run = np.concatenate(([True], np.abs(np.diff(shown)) > NS_PER_DAY))
    for run in np.split(np.arange(len(rows)), np.flatnonzero(new_run)[1:]):
        back = np.flatnonzero(np.diff(shown[run]) < least_step_ns)
        if back.size:
            second[rows[run[back[0] + 1 :]]] = True
        else:
            unclear[rows[run]] = True
    return second, unclear


def _never(wall: Times, row: int, clock: Clock) -> str:
    shown = format_time_ns(int(wall[row])).rstrip("Z")
    return (
        f"the clock {clock} never showed {shown}: it skips that hour in spring. Check that it is the file's clock, or "
        "pass missing='forward'."
    )


def _two(wall: Times, row: int, clock: Clock) -> str:
    shown = format_time_ns(int(wall[row])).rstrip("Z")
    return (
        f"the clock {clock} showed {shown} twice in autumn, and the rows do not tell which it was. "
        "Pass ambiguous='earlier' or 'later'."
    )
