"""What every indicator keeps: the stream equals the batch, the warm-up is true, and no row sees the future."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core.ports.indicator import Indicator, IndicatorOffer
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.markets import probe_bars
from forexai_core.testing.offer_rules import OFFER_RULES
from forexai_core.values.clocks import NEW_YORK_CLOSE
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["INDICATOR_SUITE", "IndicatorConformance"]

BOOK = RuleBook()
_COLUMNS = ("open", "high", "low", "close", "volume", "day", "time_ns")
_ROWS = 400

Floats = NDArray[np.float64]


def _columns(indicator: Indicator, *, rows: int | None = None, seed: int = 1) -> tuple[Floats, ...]:
    """Take what the indicator wants from a market; at least three warm-ups long."""
    count = max(_ROWS, 3 * indicator.warmup + 50) if rows is None else rows
    if not count:
        return tuple(np.empty(0, np.float64) for _ in indicator.inputs)
    bars = probe_bars(count, seed=seed)
    days = (NEW_YORK_CLOSE.to_wall_ns(bars.time_ns) // NS_PER_DAY).astype(np.float64)
    return tuple(days.copy() if name == "day" else np.array(bars.data[name]) for name in indicator.inputs)


def _batch(indicator: Indicator, columns: tuple[Floats, ...]) -> tuple[Floats, ...]:
    answer: object = indicator.batch(*columns)
    rows = len(columns[0])
    fits = (
        isinstance(answer, tuple)
        and len(answer) == len(indicator.outputs)
        and all(isinstance(each, np.ndarray) and each.dtype == np.float64 and each.shape == (rows,) for each in answer)
    )
    if not fits or not isinstance(answer, tuple):
        raise ConformanceFailure(
            f"batch() of {rows} rows did not give {len(indicator.outputs)} float64 columns of {rows} rows.",
            "Return a tuple with one (n,) float64 array per output, of the inputs' length.",
        )
    return answer


def _same(first: tuple[Floats, ...], second: tuple[Floats, ...]) -> bool:
    return all(np.array_equal(one, two, equal_nan=True) for one, two in zip(first, second, strict=True))


def _streamed(indicator: Indicator, columns: tuple[Floats, ...]) -> tuple[Floats, ...]:
    stream = indicator.stream()
    rows = [tuple(stream.update(*(float(each) for each in row))) for row in zip(*columns, strict=True)]
    if any(len(row) != len(indicator.outputs) for row in rows):
        raise ConformanceFailure("update() did not give one value per output.", "Return one number per output.")
    table = np.array(rows, np.float64).reshape(len(rows), len(indicator.outputs))
    return tuple(table[:, number].copy() for number in range(len(indicator.outputs)))


@BOOK.rule()
def names_its_columns(subject: Subject) -> None:
    """Inputs are columns of bars, outputs have names of their own, and the warm-up is 0 rows or more."""
    indicator: Indicator = subject.open()
    wrong = [name for name in indicator.inputs if name not in _COLUMNS]
    outputs = indicator.outputs
    if not indicator.inputs or wrong:
        raise ConformanceFailure(f"its inputs are {indicator.inputs}.", f"Choose from {', '.join(_COLUMNS)}.")
    if not outputs or len(set(outputs)) != len(outputs):
        raise ConformanceFailure(f"its outputs are {outputs}.", "Name each, once.")
    if not isinstance(indicator.warmup, int) or indicator.warmup < 0:
        raise ConformanceFailure(f"its warm-up is {indicator.warmup!r}.", "Count the leading rows without a number.")


@BOOK.rule()
def gives_a_row_for_every_row(subject: Subject) -> None:
    """Each output is as long as the inputs, also where these are shorter than the warm-up, or empty."""
    indicator: Indicator = subject.open()
    for rows in (None, 0, 1, indicator.warmup):
        columns = _columns(indicator, rows=rows)
        answer = _batch(indicator, columns)
        if rows is not None and rows <= indicator.warmup and not all(np.isnan(each).all() for each in answer):
            raise ConformanceFailure(
                f"{rows} rows gave numbers, with a warm-up of {indicator.warmup}.", "NaN until the warm-up is over."
            )


@BOOK.rule()
def warms_up_as_declared(subject: Subject) -> None:
    """The first `warmup` rows are NaN in all outputs; the next has a number in at least one."""
    indicator: Indicator = subject.open()
    answer = _batch(indicator, _columns(indicator))
    known = np.any([~np.isnan(each) for each in answer], axis=0)
    first = int(np.argmax(known)) if known.any() else len(known)
    offer = subject.offer
    waits = isinstance(offer, IndicatorOffer) and offer.event_driven and indicator.warmup < first < len(known)
    if first != indicator.warmup and not waits:
        raise ConformanceFailure(
            f"a warm-up of {indicator.warmup} rows is declared; the first number stands in row {first}.",
            "Declare the row of the first number, counted from 0.",
        )


@BOOK.rule()
def the_stream_equals_the_batch(subject: Subject) -> None:
    """Row by row it gives, bit for bit, what it gives at once."""
    indicator: Indicator = subject.open()
    columns = _columns(indicator)
    batch, streamed = _batch(indicator, columns), _streamed(indicator, columns)
    for name, one, two in zip(indicator.outputs, batch, streamed, strict=True):
        different = np.flatnonzero(~((one == two) | (np.isnan(one) & np.isnan(two))))
        if different.size:
            row = int(different[0])
            raise ConformanceFailure(
                f"{name} in row {row} is {one[row]!r} in the batch and {two[row]!r} in the stream.",
                "Let both forms share one step function.",
            )


@BOOK.rule()
def no_row_sees_the_future(subject: Subject) -> None:
    """Cutting the data off after a row changes nothing before the cut."""
    indicator: Indicator = subject.open()
    columns = _columns(indicator)
    whole = _batch(indicator, columns)
    rows = len(columns[0])
    for cut in (rows // 3, rows // 2, rows - 1):
        part = _batch(indicator, tuple(each[:cut].copy() for each in columns))
        if not _same(part, tuple(each[:cut] for each in whole)):
            raise ConformanceFailure(
                f"rows before row {cut} change when the rows from there on are cut off.",
                "Compute a row from itself and earlier ones.",
            )


@BOOK.rule()
def inputs_are_left_alone(subject: Subject) -> None:
    """The columns that were handed over are as they were."""
    indicator: Indicator = subject.open()
    columns = _columns(indicator)
    before = tuple(each.copy() for each in columns)
    _batch(indicator, columns)
    if not _same(before, columns):
        raise ConformanceFailure("batch() wrote into its inputs.", "Write into an array of its own.")


@BOOK.rule()
def streams_are_kept_apart(subject: Subject) -> None:
    """Two streams, fed in turn with other prices, each give what they would give alone."""
    indicator: Indicator = subject.open()
    one, two = _columns(indicator), _columns(indicator, seed=2)
    alone = _streamed(indicator, one)
    first, second = indicator.stream(), indicator.stream()
    rows = []
    for mine, other in zip(zip(*one, strict=True), zip(*two, strict=True), strict=True):
        rows.append(tuple(first.update(*(float(each) for each in mine))))
        second.update(*(float(each) for each in other))
    mixed = np.array(rows, np.float64).reshape(len(rows), len(indicator.outputs))
    if not _same(alone, tuple(mixed[:, number] for number in range(len(indicator.outputs)))):
        raise ConformanceFailure("two streams disturb each other.", "Make a new state in stream().")


@BOOK.rule()
def the_same_prices_give_the_same_rows(subject: Subject) -> None:
    """A second computation, and one by another opening, gives the same rows."""
    indicator: Indicator = subject.open()
    columns = _columns(indicator)
    first = _batch(indicator, columns)
    first = tuple(each.copy() for each in first)
    for again in (indicator, subject.open()):
        if not _same(first, _batch(again, columns)):
            raise ConformanceFailure("the same prices gave other rows.", "Keep no state between two calls of batch().")


INDICATOR_SUITE = Suite(kind="indicator", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for indicators."""


class IndicatorConformance(Conformance):
    """Tests of an indicator."""

    suite = INDICATOR_SUITE
