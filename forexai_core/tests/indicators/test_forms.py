"""Batch and streaming forms of everything in the catalogue give the same bits, and neither looks ahead."""

import copy
import hashlib
import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_series import bar_columns, make_bars

from forexai_core.errors import DataShapeError
from forexai_core.indicators.catalogue import catalogue, find_indicator
from forexai_core.ports.indicator import Indicator, IndicatorStream

pytestmark = pytest.mark.kernels
NAMES = sorted(catalogue())
profile = settings(derandomize=True, deadline=None, max_examples=12)


def columns_of(bars):
    high, low, close = bars
    rows = len(close)
    return {
        "open": np.roll(close, 1),
        "high": high,
        "low": low,
        "close": close,
        "volume": 50.0 + np.random.default_rng(rows).integers(0, 100, rows),
        "day": np.arange(rows) // 7 + 20_000,
        "time_ns": (np.arange(rows) + 480_000) * 3_600 * 10**9,
    }


def parameters_of(spec, draw_number):
    """Small parameters, so that short series get past the warm-up; increasing, so that fast is below slow."""
    return {
        parameter.name: (
            min(max(draw_number + place, parameter.minimum), parameter.maximum)
            if parameter.kind == "int"
            else 0.5 + 0.25 * draw_number
        )
        for place, parameter in enumerate(spec.parameters)
    }


def bits(values):
    values = np.array(values, dtype=np.float64)
    return np.where(np.isnan(values), 0, values.view(np.int64))


def stream_rows(bound, columns):
    stream = bound.stream()
    return [stream.update(*row) for row in zip(*(columns[name] for name in bound.inputs), strict=True)]


@profile
@given(bars=bar_columns, number=st.integers(1, 12))
@pytest.mark.parametrize("name", NAMES)
def test_both_forms_give_the_same_bits(name, bars, number):
    spec = find_indicator(name)
    bound = spec.open(**parameters_of(spec, number))
    columns = columns_of(bars)
    batch = bound.compute(columns)
    rows = stream_rows(bound, columns)
    assert len(rows) == len(bars[0])
    for place, output in enumerate(bound.outputs):
        streamed = np.array([row[place] for row in rows], dtype=np.float64)
        np.testing.assert_array_equal(np.isnan(batch[output]), np.isnan(streamed))
        np.testing.assert_array_equal(bits(batch[output]), bits(streamed))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_bits_over_many_turns_of_the_window(name):
    columns = columns_of(make_bars(1_500, seed=21, kind="grid", scale=150.0))
    bound = find_indicator(name).open()
    batch, rows = bound.compute(columns), stream_rows(bound, columns)
    for place, output in enumerate(bound.outputs):
        np.testing.assert_array_equal(bits(batch[output]), bits([row[place] for row in rows]))


@pytest.mark.parametrize("name", NAMES)
def test_no_row_depends_on_later_rows(name):
    columns = columns_of(make_bars(120, seed=9, kind="grid"))
    bound = find_indicator(name).open()
    whole = bound.compute(columns)
    for cut in (1, 40, 77, 119):
        part = bound.compute({key: column[:cut] for key, column in columns.items()})
        for output in bound.outputs:
            np.testing.assert_array_equal(bits(part[output]), bits(whole[output][:cut]))


@pytest.mark.parametrize("name", NAMES)
def test_the_warmup_is_what_it_says(name):
    columns = columns_of(make_bars(200, seed=2))
    bound = find_indicator(name).open()
    table = np.array(list(bound.compute(columns).values()))
    assert np.isnan(table[:, : bound.warmup]).all()
    if find_indicator(name).event_driven:  # may wait for a new day, or for a swing, and knows no high between sessions
        assert not np.isnan(table[:, -24:]).all(axis=1).any()
    else:
        assert not np.isnan(table[:, bound.warmup :]).all(axis=0).any()
        assert not np.isnan(table[:, -1]).any()


def test_floor_pivots_wait_for_the_end_of_the_first_day():
    table = np.array(find_indicator("floor_pivots").open().batch(*columns_of_a_week()))
    assert np.isnan(table[:, :7]).all()
    assert not np.isnan(table[:, 7:]).any()


def columns_of_a_week():
    columns = columns_of(make_bars(30, seed=2))
    return [columns[name] for name in find_indicator("floor_pivots").inputs]


@pytest.mark.parametrize(
    "name", [name for name in NAMES if any(p.kind == "int" for p in find_indicator(name).parameters)]
)
def test_series_shorter_than_the_period_give_nan_alone(name):
    spec = find_indicator(name)
    columns = columns_of(make_bars(6, seed=2))
    for rows in (0, 1, 6):
        part = {key: column[:rows] for key, column in columns.items()}
        wide = {p.name: min(50 + k, p.maximum) if p.kind == "int" else 2.0 for k, p in enumerate(spec.parameters)}
        for values in spec.open(**wide).compute(part).values():
            assert values.shape == (rows,)
            assert values.dtype == np.float64
            assert np.isnan(values).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_stream_says_where_it_stands_and_can_begin_again(name):
    columns = columns_of(make_bars(150, seed=13, kind="grid"))
    bound = find_indicator(name).open()
    rows = list(zip(*(columns[key] for key in bound.inputs), strict=True))
    indicator = bound.stream().indicator
    assert not indicator.ready
    assert np.isnan(np.array(indicator.value)).all()
    first = []
    for count, row in enumerate(rows, start=1):
        first.append(indicator.update(*row))
        assert indicator.count == count
        np.testing.assert_equal(indicator.value, first[-1])
        if not find_indicator(name).event_driven:
            assert indicator.ready == (count > indicator.warmup)
    assert indicator.ready
    assert indicator.warmup == bound.warmup
    indicator.reset()
    assert indicator.count == 0
    assert not indicator.ready
    second = [indicator.update(*row) for row in rows]
    np.testing.assert_array_equal(bits(first), bits(second))


@pytest.mark.parametrize("name", NAMES)
def test_a_forked_stream_goes_its_own_way(name):
    columns = columns_of(make_bars(150, seed=17, kind="grid"))
    bound = find_indicator(name).open()
    rows = list(zip(*(columns[key] for key in bound.inputs), strict=True))
    indicator = bound.stream().indicator
    for row in rows[:100]:
        indicator.update(*row)
    fork = copy.deepcopy(indicator)
    tail = [fork.update(*row) for row in rows[100:]]
    assert indicator.count == 100
    np.testing.assert_array_equal(bits(tail), bits([indicator.update(*row) for row in rows[100:]]))


@pytest.mark.parametrize("bad", [math.nan, math.inf, None, "1.1"])
@pytest.mark.parametrize("name", NAMES)
def test_a_refused_update_changes_nothing(name, bad):
    columns = columns_of(make_bars(150, seed=19, kind="grid"))
    bound = find_indicator(name).open()
    rows = list(zip(*(columns[key] for key in bound.inputs), strict=True))
    indicator, untouched = bound.stream().indicator, bound.stream().indicator
    for row in rows:
        for place in range(len(row)):
            broken = list(row)
            broken[place] = bad
            with pytest.raises(DataShapeError, match=rf"^{name}: "):
                indicator.update(*broken)
        np.testing.assert_array_equal(bits(indicator.update(*row)), bits(untouched.update(*row)))


@pytest.mark.parametrize("name", NAMES)
def test_bound_indicators_fulfil_the_port(name):
    bound = find_indicator(name).open()
    assert isinstance(bound, Indicator)
    assert isinstance(bound.stream(), IndicatorStream)


def digest():
    """Hash every output of every indicator on fixed prices."""
    hashed = hashlib.sha256()
    for kind in ("walk", "flat"):
        columns = columns_of(make_bars(700, seed=23, kind=kind, scale=150.0))
        for name in NAMES:
            bound = find_indicator(name).open()
            for values in bound.compute(columns).values():
                hashed.update(bits(values).tobytes())
            hashed.update(bits(stream_rows(bound, columns)).tobytes())
    return hashed.hexdigest()


@pytest.mark.timeout(900)  # from nothing, it compiles every indicator there is
def test_plain_python_gives_the_same_bits_as_compiled_code():
    script = (
        "import json, sys, warnings; warnings.simplefilter('error'); sys.path[:0] = json.loads(sys.argv[1]); "
        "import test_forms; print(test_forms.digest())"
    )
    here = [str(path) for path in (*sys.path, __file__.rpartition("/")[0])]
    run = subprocess.run(
        [sys.executable, "-c", script, json.dumps(here)],
        env={"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == digest()
