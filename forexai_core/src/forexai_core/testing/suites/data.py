"""What every source of prices keeps: ranges, order, names and repeatability."""

from __future__ import annotations

import numpy as np

from forexai_core.errors import DataError
from forexai_core.ports.data import Coverage, DataOffer, DataSource
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.offer_rules import OFFER_RULES
from forexai_core.testing.plausible import is_time_ns
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["DATA_SUITE", "DataConformance"]

BOOK = RuleBook()
_LONGEST = 2_000  # rows that a rule reads of a long history
_NOBODY = "NO-SUCH-SYMBOL"


def _first(source: DataSource, subject: Subject) -> Coverage:
    """Choose a symbol and timeframe to read."""
    wanted = subject.probe.get("timeframe")
    symbol = subject.probe.get("symbol") or next(iter(source.symbols()), None)
    if symbol is None:
        raise ConformanceFailure("it names no symbol.", "Give settings with which it holds something.")
    for coverage in source.coverage(symbol):
        if wanted is None or coverage.timeframe is Timeframe.of(wanted):
            return coverage
    raise ConformanceFailure(f"it holds nothing of {symbol} {wanted or ''}.", "Fill coverage().")


def _read(source: DataSource, of: Coverage, start_ns: int, stop_ns: int) -> Bars | Ticks:
    if of.timeframe is Timeframe.TICK:
        return source.ticks(of.symbol, start_ns, stop_ns)
    return source.bars(of.symbol, of.timeframe, start_ns, stop_ns)


def _rows(source: DataSource, of: Coverage) -> Bars | Ticks:
    """Read the head of what is held."""
    rows = _read(source, of, of.start_ns, of.stop_ns)
    if not len(rows):
        raise ConformanceFailure(f"it covers {of.symbol} {of.timeframe}, and gives no rows of it.", "Cover what is.")
    return rows[:_LONGEST]


@BOOK.rule()
def symbols_are_named_once(subject: Subject) -> None:
    """symbols() names each symbol once, and holds something of each."""
    source: DataSource = subject.open()
    symbols = list(source.symbols())
    if not symbols or len(set(symbols)) != len(symbols):
        raise ConformanceFailure(f"symbols() gave {symbols}.", "Name what it holds, each once.")
    empty = [symbol for symbol in symbols[:20] if not source.coverage(symbol)]
    if empty:
        raise ConformanceFailure(f"it names {', '.join(empty)} and covers nothing of it.", "Leave it out.")


@BOOK.rule()
def coverage_is_true(subject: Subject) -> None:
    """The first row opens at the covered start, and the last one nanosecond before the covered stop."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    times = _read(source, of, of.start_ns, of.stop_ns).time_ns
    if not len(times) or times[0] != of.start_ns or times[-1] != of.stop_ns - 1:
        shown = f"{times[0]} to {times[-1]}" if len(times) else "nothing"
        raise ConformanceFailure(
            f"[{of.start_ns}, {of.stop_ns}) is covered; it holds {shown}.",
            "start_ns is the first row's time, stop_ns the last row's plus one.",
        )


@BOOK.rule()
def declared_timeframes_hold(subject: Subject) -> None:
    """What is covered is among the timeframes and kinds that the offer declares."""
    source: DataSource = subject.open()
    offer = subject.offer
    if not isinstance(offer, DataOffer):
        raise ConformanceFailure(f"the offer is a {type(offer).__name__}.", "Offer a DataOffer.")
    can = offer.capabilities
    for symbol in list(source.symbols())[:20]:
        for of in source.coverage(symbol):
            ticks = of.timeframe is Timeframe.TICK
            kind_fits = can.ticks if ticks else can.bars
            if not kind_fits or (not ticks and can.timeframes and of.timeframe not in can.timeframes):
                raise ConformanceFailure(
                    f"it covers {symbol} {of.timeframe}, which its offer does not declare.",
                    "Declare it in DataOffer.capabilities.",
                )


@BOOK.rule()
def gives_what_was_asked_for(subject: Subject) -> None:
    """Rows come as Bars or Ticks of the symbol and timeframe that were asked for."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    rows = _read(source, of, of.start_ns, of.stop_ns)
    wanted = Ticks if of.timeframe is Timeframe.TICK else Bars
    if not isinstance(rows, wanted) or rows.symbol != of.symbol:
        raise ConformanceFailure(
            f"{of.symbol} {of.timeframe} came as {type(rows).__name__} of {getattr(rows, 'symbol', '?')}.",
            f"Give {wanted.__name__} of that symbol.",
        )
    if isinstance(rows, Bars) and rows.timeframe is not of.timeframe:
        raise ConformanceFailure(
            f"{of.timeframe} was asked for, and {rows.timeframe} came.", "Say what the bars are, or resample them."
        )


@BOOK.rule()
def times_are_nanoseconds(subject: Subject) -> None:
    """Times are nanoseconds UTC."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    rows = _rows(source, of)
    for value in (int(rows.time_ns[0]), int(rows.time_ns[-1])):
        if not is_time_ns(value):
            raise ConformanceFailure(f"{value} is no time in nanoseconds UTC.", "Multiply before handing it over.")


@BOOK.rule()
def bars_are_as_long_as_they_say(subject: Subject) -> None:
    """No two bars open closer to each other than their timeframe is long."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    rows = _rows(source, of)
    if of.timeframe.intraday and len(rows) > 1:
        least = int(np.diff(rows.time_ns).min())
        if least < of.timeframe.nominal_ns:
            raise ConformanceFailure(
                f"two bars of {of.timeframe} open {least / 1e9:g} s apart.", "Name the timeframe that they are of."
            )


@BOOK.rule()
def prices_lie_on_the_grid(subject: Subject) -> None:
    """Every price has no more decimals than its instrument."""
    source: DataSource = subject.open()
    rows = _rows(source, _first(source, subject))
    names = ("bid", "ask") if isinstance(rows, Ticks) else ("open", "high", "low", "close")
    for name in names:
        prices = rows.data[name]
        if not np.array_equal(np.round(prices, rows.digits), prices):
            raise ConformanceFailure(
                f"{name} has more than the {rows.digits} decimals of {rows.symbol}.",
                "Round to the grid, or take the finer one over: instrument.with_digits().",
            )


@BOOK.rule()
def ranges_are_half_open(subject: Subject) -> None:
    """A range holds start <= time < stop: the row at the start is in, the row at the stop is not."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    rows = _rows(source, of)
    times = rows.time_ns
    low, high = len(times) // 3, 2 * len(times) // 3
    start, stop = int(times[low]), int(times[high])
    inside = times[(times >= start) & (times < stop)]
    got = _read(source, of, start, stop).time_ns
    if not np.array_equal(got, inside):
        raise ConformanceFailure(
            f"[{start}, {stop}) holds {len(inside)} rows, and {len(got)} came.", "Include the start, and not the stop."
        )


@BOOK.rule()
def parts_add_up(subject: Subject) -> None:
    """Two ranges that meet hold together what one range over both holds."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    rows = _rows(source, of)
    start, middle = int(rows.time_ns[0]), int(rows.time_ns[len(rows) // 2])
    stop = int(rows.time_ns[-1]) + 1
    whole = _read(source, of, start, stop).data
    parts = np.concatenate([_read(source, of, start, middle).data, _read(source, of, middle, stop).data])
    if not np.array_equal(parts, whole):
        raise ConformanceFailure(
            f"two halves hold {len(parts)} rows, the whole {len(whole)}, or other prices.",
            "Let a row depend on its own time only, not on where a range begins.",
        )


@BOOK.rule()
def the_same_question_has_the_same_answer(subject: Subject) -> None:
    """History does not change between two reads, nor between two openings."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    first = _rows(source, of)
    for again in (_rows(source, of), _rows(subject.open(), of)):
        if first.fingerprint != again.fingerprint:
            raise ConformanceFailure("the same range came with other rows.", "Give history as it was.")


@BOOK.rule()
def nothing_is_an_empty_answer(subject: Subject) -> None:
    """A range in which it holds nothing gives no rows, and no error."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    rows = _read(source, of, of.start_ns - 10**15, of.start_ns)
    if len(rows):
        raise ConformanceFailure(
            f"{len(rows)} rows came of a range before the covered one.", "Cut to the range that was asked for."
        )


@BOOK.rule()
def unknown_symbols_are_named(subject: Subject) -> None:
    """A symbol that it does not hold is a DataError that names it."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    try:
        rows = _read(source, Coverage(symbol=_NOBODY, timeframe=of.timeframe, start_ns=0, stop_ns=1), 0, 2**62)
    except DataError as problem:
        if _NOBODY not in str(problem):
            raise ConformanceFailure(
                f"the error does not name the symbol: {problem}", "Name it, and what is held instead."
            ) from problem
        return
    except Exception as problem:
        raise ConformanceFailure(
            f"an unknown symbol raised {type(problem).__name__} instead of DataError.", "Raise DataError."
        ) from problem
    raise ConformanceFailure(f"an unknown symbol gave {len(rows)} rows.", "Raise DataError.")


@BOOK.rule()
def unknown_timeframes_are_refused(subject: Subject) -> None:
    """A timeframe that it does not hold, ticks too, is a DataError."""
    source: DataSource = subject.open()
    symbol = _first(source, subject).symbol
    held = {of.timeframe for of in source.coverage(symbol)}
    for timeframe in Timeframe:
        if timeframe in held:
            continue
        try:
            _read(source, Coverage(symbol=symbol, timeframe=timeframe, start_ns=0, stop_ns=1), 0, 2**62)
        except DataError:
            continue
        except Exception as problem:
            raise ConformanceFailure(
                f"{timeframe}, which it does not cover, raised {type(problem).__name__} instead of DataError.",
                "Raise DataError.",
            ) from problem
        raise ConformanceFailure(f"{timeframe}, which it does not cover, gave rows.", "Cover it, or raise DataError.")


@BOOK.rule()
async def a_subscription_goes_forward(subject: Subject) -> None:
    """What a subscription gives is newer than all before; of a source that is not live it is the history."""
    source: DataSource = subject.open()
    of = _first(source, subject)
    offer = subject.offer
    live = isinstance(offer, DataOffer) and offer.capabilities.live
    seen: list[int] = []
    async for rows in source.subscribe(of.symbol, of.timeframe):
        times = [int(each) for each in rows.time_ns]
        late = bool(seen) and (times[0] <= seen[-1] if isinstance(rows, Bars) else times[0] < seen[-1])
        if not times or late or times != sorted(times):
            raise ConformanceFailure(
                f"after {seen[-1] if seen else 'nothing'} came {times[:3]}.", "Give one row or more, each newer."
            )
        seen += times
        if len(seen) >= (5 if live else _LONGEST):
            break
    if not seen:
        raise ConformanceFailure("the subscription gave nothing.", "Give what is held, or what comes.")
    if not live:
        held = [int(each) for each in _rows(source, of).time_ns]
        if seen[: len(held)] != held[: len(seen)]:
            raise ConformanceFailure(
                "the subscription gave other rows than the history has.", "Give each row once, from the first on."
            )


DATA_SUITE = Suite(kind="data", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for sources of prices."""


class DataConformance(Conformance):
    """Tests of a source of prices. ``probe`` may name a ``symbol`` and ``timeframe`` to read."""

    suite = DATA_SUITE
