# ruff: noqa: E501, ISC004 - a table of mistakes, and sentences, read best in rows
"""Rules: what each condition says, bar by bar, against plain loops over what was known."""

from __future__ import annotations

import json
import re
from pathlib import Path

import attrs
import jsonschema
import numpy as np
import pytest
from strategy_markets import MONDAY_NS, make_market

from forexai_core import indicators
from forexai_core.arrays import INTENT
from forexai_core.data import resample
from forexai_core.errors import ConfigError
from forexai_core.strategies import Rules
from forexai_core.values.clocks import Clock

HOUR = 3_600_000_000_000
CLOSE = {"kind": "price", "field": "close"}


def number_of(name, **parameters):
    return {"kind": "indicator", "name": name, "parameters": parameters}


def rules(entry, **more):
    return Rules.from_dict({"schema_version": 1, "name": "test", "entry_long": entry, **more})


def truth(condition, bars, **others):
    """Give the bars on which a condition is true: those on which rules made of it buy."""
    made = rules(condition)
    return (made.intents(bars, others=others).rows["entry"] == 1).tolist()


def never(condition):
    return {"kind": "not", "condition": condition}


def compare(left, operator, right):
    return {"kind": "compare", "left": left, "operator": operator, "right": right}


# --- conditions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operator", [">", "<", ">=", "<="])
def test_comparisons_and_their_negations(operator):
    bars = make_market(120)
    sma = indicators.sma(bars.close, 4)
    points, sums = np.rint(bars.close * 1e5), np.rint(sma * 4e5)
    condition = compare(CLOSE, operator, number_of("sma", period=4))
    plain = {">": np.greater, "<": np.less, ">=": np.greater_equal, "<=": np.less_equal}[operator](points * 4, sums)
    expected = [bool(flag) and row >= 3 for row, flag in enumerate(plain)]
    assert truth(condition, bars) == expected
    # While the average warms up it is neither true nor false.
    assert truth(never(condition), bars) == [not flag and row >= 3 for row, flag in enumerate(expected)]


def test_between_includes_both_ends():
    bars = make_market(200)
    low, high = float(np.quantile(bars.close, 0.3)), float(np.quantile(bars.close, 0.6))
    low, high = bars.close[np.argmin(abs(bars.close - low))], bars.close[np.argmin(abs(bars.close - high))]
    condition = {"kind": "between", "value": CLOSE, "low": float(low), "high": float(high)}
    expected = [low <= close <= high for close in bars.close.tolist()]
    assert truth(condition, bars) == expected
    assert {low, high} <= set(bars.close[expected])


@pytest.mark.parametrize("direction", ["above", "below", "either"])
def test_crosses(direction):
    bars = make_market(300, seed=2)
    condition = {"kind": "crosses", "left": CLOSE, "direction": direction, "right": number_of("ema", period=5)}
    apart = (bars.close - indicators.ema(bars.close, 5)).tolist()
    last, expected = 0, []
    for value in apart:
        order = 1 if value > 1e-12 else -1 if value < -1e-12 else last
        crossed = order if last and order != last else 0
        expected.append(crossed in {"above": {1}, "below": {-1}, "either": {1, -1}}[direction])
        last = order
    assert truth(condition, bars) == expected
    assert sum(expected) > 10


@pytest.mark.parametrize("kind", ["rising", "falling"])
@pytest.mark.parametrize("count", [1, 3])
def test_rising_and_falling(kind, count):
    bars = make_market(300, seed=3)
    close = bars.close.tolist()
    sign = 1 if kind == "rising" else -1
    expected = [
        row >= count and all(sign * (close[row - k] - close[row - k - 1]) > 0 for k in range(count))
        for row in range(300)
    ]
    condition = {"kind": kind, "value": CLOSE, "bars": count}
    assert truth(condition, bars) == expected
    broken = [
        any(row - k >= 1 and sign * (close[row - k] - close[row - k - 1]) <= 0 for k in range(count))
        for row in range(300)
    ]
    assert truth(never(condition), bars) == broken


def test_a_rise_in_a_higher_timeframe_counts_its_own_bars():
    bars = make_market(400, seed=4)
    higher = resample(bars, "H4")
    up = [False, *(np.diff(higher.close) > 0)]
    rising = [row >= 2 and up[row] and up[row - 1] for row in range(len(higher))]
    known = [int(np.sum(higher.time_ns + 4 * HOUR <= end)) for end in bars.end_ns]
    condition = {"kind": "rising", "value": CLOSE | {"timeframe": "H4"}, "bars": 2}
    assert truth(condition, bars) == [bool(count) and bool(rising[count - 1]) for count in known]


def test_counts_over_the_last_bars():
    bars = make_market(200, seed=5)
    inner = {"kind": "rising", "value": CLOSE}
    ups = np.diff(bars.close, prepend=np.inf) > 0
    expected = [int(ups[max(0, row - 4) : row + 1].sum()) >= 3 for row in range(200)]
    assert truth({"kind": "count", "condition": inner, "at_least": 3, "bars": 5}, bars) == expected


def test_all_any_and_not():
    bars = make_market(200, seed=6)
    up, high = {"kind": "rising", "value": CLOSE}, compare(CLOSE, ">", number_of("sma", period=10))
    first, second = truth(up, bars), truth(high, bars)
    assert truth({"kind": "all", "conditions": [up, high]}, bars) == [
        a and b for a, b in zip(first, second, strict=True)
    ]
    assert truth({"kind": "any", "conditions": [up, high]}, bars) == [
        a or b for a, b in zip(first, second, strict=True)
    ]
    both = never({"kind": "all", "conditions": [never(up), never(high)]})
    assert truth(both, bars) == truth({"kind": "any", "conditions": [up, high]}, bars)


@pytest.mark.parametrize(("start", "end"), [("08:30", "16:00"), ("22:00", "06:00"), ("00:00", "24:00")])
@pytest.mark.parametrize("weekdays", [None, ["monday", "wednesday", "sunday"]])
@pytest.mark.parametrize("clock", ["UTC", "America/New_York"])
def test_time_windows_of_a_clock(start, end, weekdays, clock):
    bars = make_market(24 * 14, timeframe="M30", start_ns=MONDAY_NS + 65 * 24 * HOUR)  # the clocks change in this week
    wall = Clock.of(clock).to_wall_ns(bars.end_ns)
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    expected = []
    for moment in wall.tolist():
        day, minute = moment // (24 * HOUR), moment % (24 * HOUR) // (HOUR // 60)
        inside = first <= minute < last if first < last else minute >= first or minute < last
        began = day - 1 if first >= last and minute < last else day
        expected.append(inside and (weekdays is None or names[(began + 3) % 7] in weekdays))
    window = {"kind": "time", "clock": clock, "start": start, "end": end}
    assert truth(window | ({} if weekdays is None else {"weekdays": weekdays}), bars) == expected


def test_sessions_by_the_clocks_of_their_cities():
    bars = make_market(24 * 10, start_ns=MONDAY_NS + 84 * 24 * HOUR)  # London changes its clock in this week
    london, new_york = (Clock.of(name).to_wall_ns(bars.end_ns) for name in ("Europe/London", "America/New_York"))
    hours = [[int(moment % (24 * HOUR) // HOUR) for moment in wall] for wall in (london, new_york)]
    expected = [8 <= here < 17 and 8 <= there < 17 for here, there in zip(*hours, strict=True)]
    assert truth({"kind": "session", "session": "london_new_york"}, bars) == expected
    assert truth({"kind": "session", "session": "london"}, bars) == [8 <= here < 17 for here in hours[0]]


# --- operands ---------------------------------------------------------------------------------------------------------


def test_operands_can_be_shifted_computed_and_taken_of_any_price():
    bars = make_market(100, seed=7)
    shifted = compare(CLOSE, ">", {"kind": "price", "field": "high", "shift": 2})
    assert truth(shifted, bars) == [row >= 2 and bars.close[row] > bars.high[row - 2] for row in range(100)]
    middle = {
        "kind": "arithmetic",
        "operator": "/",
        "left": {
            "kind": "arithmetic",
            "operator": "+",
            "left": {"kind": "price", "field": "high"},
            "right": {"kind": "price", "field": "low"},
        },
        "right": 2,
    }
    assert not any(truth(compare(middle, ">", {"kind": "price", "field": "median"}), bars))
    assert all(truth(compare(middle, ">=", {"kind": "price", "field": "median"}), bars))
    nothing = {"kind": "arithmetic", "operator": "/", "left": CLOSE, "right": 0}
    assert not any(truth(compare(nothing, ">", 0), bars))
    assert not any(truth(never(compare(nothing, ">", 0)), bars))


def test_lines_sources_and_shifts_of_indicators():
    bars = make_market(150, seed=8)
    bands = indicators.bollinger(bars.high, 10, 1.0)
    upper = number_of("bollinger", period=10, deviations=1.0) | {"output": "upper", "source": "high", "shift": 1}
    expected = [row >= 10 and bars.close[row] > bands.upper[row - 1] for row in range(150)]
    assert truth(compare(CLOSE, ">", upper), bars) == expected
    assert any(expected)


@pytest.mark.parametrize("timeframe", ["H4", "D1"])
def test_a_higher_timeframe_counts_only_what_has_ended(timeframe):
    bars = make_market(500, seed=9)
    higher = resample(bars, timeframe)
    average = indicators.sma(higher.close, 3)
    length = (4 if timeframe == "H4" else 24) * HOUR
    known = [int(np.sum(higher.time_ns + length <= end)) for end in bars.end_ns]
    expected = [count > 2 and bars.close[row] > average[count - 1] + 1e-9 for row, count in enumerate(known)]
    condition = compare(CLOSE, ">", number_of("sma", period=3) | {"timeframe": timeframe})
    assert truth(condition, bars) == expected
    assert 50 < sum(expected) < 450


def test_another_symbol_counts_only_what_has_ended():
    bars = make_market(200, seed=10)
    other = make_market(200, seed=11, symbol="GBPUSD", start_ns=MONDAY_NS + HOUR // 2)
    condition = {"kind": "rising", "value": CLOSE | {"symbol": "GBPUSD"}}
    close = other.close
    expected = [row >= 2 and close[row - 1] > close[row - 2] for row in range(200)]
    assert truth(condition, bars, GBPUSD=other) == expected


@pytest.mark.parametrize("cut", [170, 171, 240])
def test_rules_do_not_look_ahead(cut):
    bars = make_market(400, seed=12)
    other = make_market(400, seed=13, symbol="GBPUSD")
    made = rules(
        {
            "kind": "any",
            "conditions": [
                {
                    "kind": "crosses",
                    "left": number_of("rsi", period=7) | {"timeframe": "H4"},
                    "direction": "above",
                    "right": 50,
                },
                {"kind": "falling", "value": CLOSE | {"symbol": "GBPUSD"}, "bars": 3},
                compare(CLOSE, ">", number_of("floor_pivots") | {"output": "r1"}),
            ],
        },
        exit_long={"kind": "rising", "value": number_of("atr", period=5), "bars": 2},
        stop_loss={"kind": "atr", "multiple": 2.0, "timeframe": "H4"},
    )
    whole = made.intents(bars, others={"GBPUSD": other}).rows
    short = made.intents(bars[:cut], others={"GBPUSD": other[:cut]}).rows
    assert whole["entry"].any()
    assert whole["exit"].any()
    np.testing.assert_array_equal(whole[:cut], short)


# --- from conditions to intents ---------------------------------------------------------------------------------------

ALWAYS = {"kind": "time"}
UP, DOWN = {"kind": "rising", "value": CLOSE}, {"kind": "falling", "value": CLOSE}


def test_entries_exits_and_filters():
    bars = make_market(100, seed=14)
    window = {"kind": "time", "start": "08:00", "end": "20:00"}
    rows = rules(UP, entry_short=DOWN, exit_long=DOWN, exit_short=UP, filters=[window]).intents(bars).rows
    up, down, inside = truth(UP, bars), truth(DOWN, bars), truth(window, bars)
    assert rows["entry"].tolist() == [(a - b) * c for a, b, c in zip(up, down, inside, strict=True)]
    assert rows["exit"].tolist() == [2 if b else 3 if a else 0 for a, b in zip(up, down, strict=True)]


def test_both_entries_at_once_are_none_and_both_exits_are_all():
    rows = rules(ALWAYS, entry_short=ALWAYS, exit_long=ALWAYS, exit_short=ALWAYS).intents(make_market(5)).rows
    assert set(rows["entry"]) == {0}
    assert set(rows["exit"]) == {1}


def test_stops_and_targets_of_every_kind():
    bars = make_market(60, seed=15)
    atr = indicators.atr(bars.high, bars.low, bars.close, 5)
    for stop, expected in (
        ({"kind": "pips", "value": 12}, np.full(60, 0.0012)),
        ({"kind": "points", "value": 55}, np.full(60, 0.00055)),
        ({"kind": "price", "value": 0.0031}, np.full(60, 0.0031)),
        ({"kind": "atr", "multiple": 1.5, "period": 5}, 1.5 * atr),
    ):
        rows = rules(ALWAYS, stop_loss=stop, take_profit={"kind": "risk_multiple", "value": 2.5}).intents(bars).rows
        known = ~np.isnan(expected)
        # Nothing is opened without the stop that was asked for.
        assert rows["entry"].tolist() == known.astype(int).tolist()
        np.testing.assert_allclose(rows["stop"][known], expected[known], rtol=1e-15)
        np.testing.assert_allclose(rows["target"][known], 2.5 * expected[known], rtol=1e-15)


def test_sizing_and_management():
    made = rules(
        ALWAYS,
        sizing={"kind": "risk", "fraction": 0.02},
        stop_loss={"kind": "pips", "value": 10},
        management={
            "break_even": {"start": {"kind": "pips", "value": 8}, "lock": {"kind": "points", "value": 20}},
            "trailing": {"distance": {"kind": "price", "value": 0.001}, "start": {"kind": "pips", "value": 5}},
            "max_bars": 7,
        },
    )
    record = made.program(make_market(5)).management[0]
    assert {name: pytest.approx(record[name]) for name in record.dtype.names} == {
        "volume_lots": 0.0,
        "risk_fraction": 0.02,
        "break_even_start": 0.0008,
        "break_even_lock": 0.0002,
        "trail_start": 0.0005,
        "trail_distance": 0.001,
        "max_bars": 7,
    }


def test_warm_up_counts_what_must_be_known():
    made = rules({"kind": "crosses", "left": number_of("sma", period=50), "direction": "above", "right": CLOSE})
    assert made.warmup == 50
    assert made.program(make_market(70)).warmup == 50
    daily = rules(compare(number_of("ema", period=3) | {"timeframe": "D1"}, ">", 1))
    assert daily.program(make_market(500)).warmup == 72
    assert len(made.program(make_market(0)).wishes.every_bar()) == 0


# --- the document -----------------------------------------------------------------------------------------------------


def test_rules_are_read_from_text_file_and_dictionary(tmp_path):
    made = rules(UP, title="Going up")
    text = made.to_json()
    path = tmp_path / "rules.json"
    path.write_text(text, encoding="utf-8")
    bars = make_market(50)
    for other in (Rules.from_json(text), Rules.from_json(path), Rules.from_json(str(path)), made.copy()):
        assert other.to_dict() == made.to_dict() == json.loads(text)
        np.testing.assert_array_equal(other.intents(bars).rows, made.intents(bars).rows)
        assert other.intents(bars).rows.dtype == INTENT
    assert (made.name, made.title, str(made.form)) == ("test", "Going up", "rules")
    assert made.parameters["rules"] == made.to_dict()


def test_the_schema_accepts_what_is_read_and_refuses_what_is_not():
    schema = Rules.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = rules(
        {"kind": "all", "conditions": [UP, never(compare(number_of("rsi", period=3), "<=", 30))]},
        stop_loss={"kind": "atr", "multiple": 2},
    ).to_dict()
    jsonschema.validate(good, schema)
    for wrong in (
        good | {"entry_lng": UP},
        good | {"schema_version": 2},
        good | {"entry_long": {"kind": "rising", "value": "close"}},
        good | {"stop_loss": {"kind": "risk_multiple", "value": 2}},
        {key: value for key, value in good.items() if key != "name"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
        with pytest.raises(ConfigError):
            Rules.from_dict(wrong)


WRONG = [
    ({"entry_lng": UP}, "the document: there is no 'entry_lng'. Did you mean 'entry_long'"),
    ({"entry_long": {"kind": "risng", "value": CLOSE}}, "entry_long: there is no kind 'risng'. Did you mean 'rising'?"),
    ({"entry_long": {"value": CLOSE}}, "entry_long: it needs a 'kind'"),
    ({"entry_long": {"kind": "rising"}}, "entry_long.value is missing"),
    ({"entry_long": UP | {"bras": 3}}, "entry_long: there is no 'bras'. Did you mean 'bars'?"),
    ({"entry_long": UP | {"bars": 0}}, "entry_long.bars"),
    ({"entry_long": UP | {"bars": "3"}}, "entry_long.bars"),
    ({"entry_long": compare(number_of("rsi", perod=3), ">", 3)}, "entry_long.left: rsi: there is no parameter 'perod'"),
    (
        {"entry_long": compare(3, ">", number_of("rsii"))},
        "entry_long.right: There is no indicator 'rsii'. Did you mean 'rsi'",
    ),
    ({"entry_long": compare(3, ">", number_of("rsi", period=0))}, "period must be a whole number from 1"),
    ({"entry_long": compare(number_of("bollinger") | {"output": "uper"}, ">", 3)}, "there is no output 'uper'"),
    ({"entry_long": compare(number_of("atr") | {"source": "high"}, ">", 3)}, "has no source to choose"),
    ({"entry_long": compare(CLOSE, "=>", 3)}, "entry_long.operator: '=>' is not known"),
    ({"entry_long": compare(CLOSE | {"field": "clos"}, ">", 3)}, "entry_long.left.field: 'clos' is not known"),
    ({"entry_long": {"kind": "all", "conditions": []}}, "entry_long.conditions"),
    (
        {"filters": [ALWAYS, {"kind": "not", "condition": compare(CLOSE | {"timeframe": "H5"}, ">", 1)}]},
        "filters[1].condition.left: There is no timeframe 'H5'",
    ),
    ({"filters": [{"kind": "time", "clock": "Paris"}]}, "filters[0]: There is no clock 'Paris'"),
    ({"filters": [{"kind": "time", "start": "8h"}]}, "filters[0].start"),
    ({"filters": [{"kind": "time", "start": "08:00", "end": "08:00"}]}, "so it is empty"),
    ({"filters": [{"kind": "session", "session": "pari"}]}, "filters[0].session: 'pari' is not known"),
    ({"entry_long": {"kind": "count", "condition": UP, "at_least": 3, "bars": 2}}, "can never be"),
    ({"stop_loss": {"kind": "pips", "value": 0}}, "stop_loss.value"),
    ({"sizing": {"kind": "risk", "fraction": 0.1}}, "needs a stop_loss"),
    ({"take_profit": {"kind": "risk_multiple", "value": 2}}, "needs a stop_loss"),
    ({"management": {"maxbars": 3}}, "management: there is no 'maxbars'. Did you mean 'max_bars'?"),
    ({"management": {"trailing": {"distance": {"kind": "pips"}}}}, "management.trailing.distance.value is missing"),
    ({"name": "Bad Name"}, "name"),
    ({"schema_version": 2}, "schema_version"),
    ({"entry_long": None}, "there is no entry"),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_every_mistake_is_named_by_its_place(change, said):
    with pytest.raises(ConfigError) as caught:
        rules(UP, **change) if "entry_long" not in change else Rules.from_dict(
            {"schema_version": 1, "name": "test"} | change
        )
    assert said in str(caught.value)
    assert str(caught.value).startswith("rules: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1', "rules, line 1, column 8"),
        ('{"name": "a", "name": "b"}', "'name' is given twice"),
        ('{"a": NaN}', "NaN is no number"),
        ("{" + '"a":{' * 100_000, "nested too deep"),
        ("no-such-file.json", "no file of rules"),
    ],
)
def test_text_that_is_no_rules(text, said):
    with pytest.raises(ConfigError) as caught:
        Rules.from_json(text)
    assert said in str(caught.value)


def test_files_that_are_no_rules(tmp_path):
    path = tmp_path / "rules.json"
    for content, said in (
        (b"[1]", "JSON object, not list"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b" " * 1_000_001, "too many"),
    ):
        path.write_bytes(content)
        with pytest.raises(ConfigError, match=said) as caught:
            Rules.from_json(path)
        assert "rules.json" in str(caught.value)


def test_deep_nesting_is_an_error_and_no_crash():
    condition = UP
    for _ in range(2_000):
        condition = never(condition)
    with pytest.raises(ConfigError):
        rules(condition)


def test_prices_that_are_not_at_hand_are_named_by_their_place():
    bars = make_market(20)
    for operand, said in (
        (CLOSE | {"symbol": "GBPUSD"}, "entry_long.conditions[1].value: the run has no prices of 'GBPUSD'"),
        (CLOSE | {"timeframe": "M5"}, "entry_long.conditions[1].value: EURUSD: M5 bars cannot be made of H1"),
    ):
        made = rules({"kind": "all", "conditions": [UP, {"kind": "rising", "value": operand}]})
        with pytest.raises(ConfigError) as caught:
            made.program(bars)
        assert said in str(caught.value)
    with pytest.raises(ConfigError, match="stop_loss: EURUSD: M5"):
        rules(UP, stop_loss={"kind": "atr", "multiple": 1, "timeframe": "M5"}).program(bars)


def test_rules_read_aloud():
    made = rules(
        {
            "kind": "all",
            "conditions": [
                {"kind": "crosses", "left": CLOSE, "direction": "above", "right": number_of("ema", period=50) | {"timeframe": "H4"}},
                {"kind": "any", "conditions": [UP, {"kind": "between", "value": number_of("rsi", period=14), "low": 40, "high": 60.5}]},
            ],
        },
        exit_long={"kind": "count", "condition": DOWN | {"bars": 2}, "at_least": 2, "bars": 5},
        filters=[
            {"kind": "time", "start": "08:00", "end": "16:00", "clock": "Europe/London", "weekdays": ["monday", "friday"]},
            never({"kind": "session", "session": "tokyo"}),
        ],
        sizing={"kind": "risk", "fraction": 0.01},
        stop_loss={"kind": "atr", "multiple": 2},
        take_profit={"kind": "risk_multiple", "value": 1.5},
        management={"trailing": {"distance": {"kind": "pips", "value": 20}}, "max_bars": 1},
    )  # fmt: skip
    assert made.describe().splitlines() == [
        "Buy when the close price crosses above EMA(50) on H4 and (the close price has risen for 1 bar in a row or "
        "RSI(14) lies between 40 and 60.5).",
        "Close a long when on at least 2 of the last 5 bars the close price has fallen for 2 bars in a row.",
        "Enter only while the time is from 08:00 to 16:00 on Monday and Friday (Europe/London).",
        "Enter only while it is not so that the time lies in the Tokyo session.",
        "Each order is sized so that its stop loses 1 % of the equity.",
        "The stop lies 2 times the average true range(14) away.",
        "The target lies 1.5 times the stop's distance away.",
        "The stop follows the best price at 20 pips.",
        "A position is closed after 1 bar.",
    ]
    assert made.description == made.describe()


def test_the_published_schema_is_the_one_in_force():
    published = Path(__file__).parents[3] / "docs" / "schemas" / "rules-1.json"
    assert json.loads(published.read_text(encoding="utf-8")) == Rules.schema()


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ({"stop_loss": {"kind": "pips", "value": 0.04}}, "stop_loss: EURUSD: 0.04"),
        ({"take_profit": {"kind": "points", "value": 0.4}}, "take_profit: EURUSD: 0.4"),
        (
            {"management": {"trailing": {"distance": {"kind": "price", "value": 4e-6}}}},
            "trailing.distance: EURUSD: 4e-06",
        ),
    ],
)
def test_a_distance_that_rounds_to_no_point_is_refused_by_its_place(section, place):
    with pytest.raises(ConfigError, match=re.escape(place)):
        rules(ALWAYS, **section).intents(make_market(10))


def test_a_range_of_nothing_asks_for_a_stop_nevertheless():
    market = make_market(60)
    data = market.data.copy()
    for name in ("open", "high", "low", "close"):
        data[name] = 1.1
    still = attrs.evolve(market, data=data)
    rows = rules(ALWAYS, stop_loss={"kind": "atr", "multiple": 2}).intents(still).rows
    entered = rows[rows["entry"] != 0]
    assert len(entered) > 20
    assert np.all(entered["stop"] > 0)
