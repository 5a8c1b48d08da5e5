"""The catalogue: complete, in step with the callables, and helpful about mistakes."""

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from market_series import make_bars

from forexai_core import indicators
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.indicators.candlestick_patterns.registry import PATTERNS
from forexai_core.indicators.catalogue import catalogue, find_indicator

NAMES = sorted(catalogue())
MISSION = {
    "sma", "ema", "wma", "rsi", "macd", "bollinger", "atr", "adx", "stochastic", "stochastic_fast", "cci", "donchian",
    "keltner", "highest", "lowest", "floor_pivots", "swing_pivots", "standard_deviation", "momentum", "roc",
    "true_range", "natr",
}  # fmt: skip


def test_everything_promised_is_there():
    assert set(NAMES) >= MISSION
    with pytest.raises(TypeError):
        catalogue()["mine"] = None


def argument_names(spec):
    return ["values"] if spec.source else list(spec.arguments or spec.inputs)


@pytest.mark.parametrize("name", NAMES)
def test_a_specification_says_what_the_callables_take(name):
    spec = find_indicator(name)
    if name not in PATTERNS:  # the functions of candlestick patterns give whole numbers, as TA-Lib does
        assert spec.batch is getattr(indicators, name)
    assert spec.streaming.name == name
    defaults = {parameter.name: parameter.default for parameter in spec.parameters}
    twin = inspect.signature(spec.streaming).parameters
    assert {key: value.default for key, value in twin.items()} == defaults
    batch = inspect.signature(spec.batch).parameters
    assert list(batch)[: len(spec.inputs)] == argument_names(spec)
    assert list(inspect.signature(spec.streaming.update).parameters)[1:] == (
        ["value"] if spec.source else argument_names(spec)
    )
    assert {key: value.default for key, value in batch.items() if key in defaults} == defaults
    assert len(batch) == len(spec.inputs) + len(defaults)
    assert spec.main_output in spec.outputs
    assert spec.title
    for parameter in spec.parameters:
        assert parameter.minimum <= parameter.default <= parameter.maximum


def test_no_name_or_alias_is_used_twice():
    names = [name for spec in catalogue().values() for name in (spec.name, *spec.aliases)]
    assert len(names) == len(set(names))


def test_lookups_understand_aliases_and_suggest():
    assert find_indicator("BBands") is catalogue()["bollinger"]
    with pytest.raises(ConfigError, match=r"no indicator 'stocastic'.*Did you mean 'stochastic'"):
        find_indicator("stocastic")


def test_parameters_are_taken_by_place_and_by_name():
    spec = find_indicator("macd")
    assert spec.bind() == {"fast": 12, "slow": 26, "signal": 9}
    assert spec.bind(5, signal=3) == {"fast": 5, "slow": 26, "signal": 3}
    width = find_indicator("bollinger").bind(20, 3)["deviations"]
    assert isinstance(width, float)
    assert isinstance(spec.bind(np.int64(5))["fast"], int)


@pytest.mark.parametrize(
    ("name", "values", "named", "message"),
    [
        ("sma", (), {"perod": 3}, r"sma: there is no parameter 'perod'. Did you mean 'period'\?"),
        ("sma", (1, 2), {}, r"sma: got 2 parameters. It takes period."),
        ("sma", (5,), {"period": 5}, r"sma: period is given twice"),
        ("sma", (0,), {}, r"sma: period must be a whole number from 1 to 100000, got 0; the default is 20"),
        ("sma", (True,), {}, r"sma: period must be a whole number"),
        ("sma", (5.0,), {}, r"sma: period must be a whole number"),
        ("sma", ("5",), {}, r"sma: period must be a whole number"),
        ("bollinger", (20, float("nan")), {}, r"bollinger: deviations must be a number from 0.01 to 100.0, got nan"),
        ("true_range", (3,), {}, r"true_range: got 1 parameters. It takes none."),
    ],
)
def test_wrong_parameters_are_explained(name, values, named, message):
    with pytest.raises(ConfigError, match=message):
        find_indicator(name).bind(*values, **named)


def test_outputs_are_checked_by_name():
    spec = find_indicator("bollinger")
    assert spec.check_output() == "middle"
    assert spec.check_output("upper") == "upper"
    with pytest.raises(ConfigError, match=r"no output 'uper'. Did you mean 'upper'\?"):
        spec.check_output("uper")


@pytest.mark.kernels
def test_an_indicator_of_one_series_takes_any_price():
    high, low, close = make_bars(60, seed=1)
    columns = {"open": close * 1.1, "high": high, "low": low, "close": close}
    means = {
        "close": close,
        "open": close * 1.1,
        "high": high,
        "low": low,
        "median": (high + low) / 2,
        "typical": (high + low + close) / 3,
        "weighted": (high + low + 2 * close) / 4,
    }
    for source, series in means.items():
        bound = find_indicator("sma").open(5, source=source)
        np.testing.assert_array_equal(bound.compute(columns)["sma"], indicators.sma(series, 5))
        stream = bound.stream()
        rows = [stream.update(*row)[0] for row in zip(*(columns[key] for key in bound.inputs), strict=True)]
        np.testing.assert_array_equal(rows, indicators.sma(series, 5))
    np.testing.assert_array_equal(
        find_indicator("highest").open(5).compute(columns)["highest"], indicators.highest(high, 5)
    )


def test_columns_come_from_structured_arrays_too():
    bars = np.zeros(30, dtype=[("high", float), ("low", float), ("close", float)])
    bars["high"], bars["low"], bars["close"] = make_bars(30, seed=1)
    ours = find_indicator("atr").open(5).compute(bars)["atr"]
    np.testing.assert_array_equal(ours, indicators.atr(bars["high"], bars["low"], bars["close"], 5))


def test_a_source_must_exist_and_be_open_to_choice():
    with pytest.raises(ConfigError, match=r"source 'clsoe' is no price of a bar. Did you mean 'close'\?"):
        find_indicator("sma").open(source="clsoe")
    with pytest.raises(ConfigError, match="atr: it is taken of high, low, close and has no source to choose"):
        find_indicator("atr").open(source="close")
    with pytest.raises(DataShapeError, match="sma: columns must have one length, but high has 3, low has 2 rows"):
        find_indicator("sma").open(2, source="median").batch(np.ones(3), np.ones(2))


def test_the_package_gives_all_it_names_and_nothing_else():
    for name in indicators.__all__:
        assert getattr(indicators, name) is not None
    assert dir(indicators) == sorted(indicators.__all__)
    with pytest.raises(AttributeError, match="no attribute 'smaa'"):
        _ = indicators.smaa


def test_the_stub_for_type_checkers_lists_the_same_names():
    stub = Path(indicators.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    homes = {}
    for line in ast.parse(stub).body:
        assert all(alias.name == alias.asname for alias in line.names)
        homes.update({alias.name: line.module for alias in line.names})
    assert sorted(homes) == dir(indicators)
    for name, module in homes.items():
        assert getattr(import_module(module), name) is getattr(indicators, name)


def test_importing_the_package_loads_no_compiler():
    code = "import sys, forexai_core.indicators; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
