"""Session files with anything in them: what is wrong, or stands in vain, is named; nothing ends in a traceback."""

from __future__ import annotations

import copy
import datetime as dt
import json
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forexai_core.cli.session_openers import PluginOpeners
from forexai_core.cli.session_telling import Telling
from forexai_core.errors import ConfigError, ForexAIError
from forexai_core.live.session.assembly import check_begins, plans_of
from forexai_core.live.session.spec_files import in_file, read_spec
from forexai_core.services import embedded_services

GOOD = {
    "schema_version": 1,
    "session": {
        "clock": "accelerated",
        "speed": 60.0,
        "mode": "paper",
        "journal": "journal",
        "start": "2020-01-10",
        "stop": "2020-02-01T00:00:00",
        "seed": 3,
    },
    "accounts": [
        {
            "name": "main",
            "broker": "paper",
            "balance": 20_000.0,
            "currency": "USD",
            "leverage": 30,
            "mode": "hedging",
            "timezone": "new-york+7",
            "tenant": "",
            "costs": {"spread_points": 10, "commission": {"per_lot": 3.5, "charged": "each_side"}},
            "settings": {"latency_ms": 5, "execution": "instant", "deviation_points": 10, "reject_probability": 0.1},
        },
        {"name": "second", "costs": {"spread": {"points": 2.0, "hours": {"3": 4.0}}}},
    ],
    "feeds": [
        {"source": "synthetic", "symbol": "EURUSD", "timeframe": "H1", "bars": 600, "live": False},
        {"source": "synthetic", "symbol": "GBPUSD", "timeframe": "H1", "bars": 600, "seed": 4},
    ],
    "strategies": [
        {
            "name": "sma-cross",
            "sleeve": "averages",
            "account": "main",
            "symbol": "EURUSD",
            "timeframe": "H4",
            "parameters": {"fast": 5, "slow": 15, "stop_loss_pips": 30, "volume_lots": 0.1},
        },
        {"name": "donchian-breakout", "account": "second", "symbol": "GBPUSD"},
    ],
    "rates": {"USDJPY": 110.0},
    "risk": {
        "max_daily_loss_fraction": 0.02,
        "max_positions": 3,
        "trading_hours": ["mon-fri 08:00-17:00"],
        "trading_clock": "UTC",
        "max_correlated_positions": 2,
        "correlation_threshold": 0.7,
        "daily_loss_latch": "person",
        "prop_firm": "two-step-larger",
    },
    "notifiers": [{"name": "log", "events": ["fill"], "settings": {}}],
    "confirmation": {"by": "opinion.py:Yes", "timeout_s": 2.0, "default": "block"},
}


OPINION = """
class Yes:
    async def confirm(self, signal):
        return None
"""
WRONG = (
    *(0, -1, 5, 2.5, True, 10**30, float("nan"), float("inf"), "", "x", "a\0b", "../x", "é" * 300),
    *([], [1], [[]], ["x"], {}, {"x": 1}, dt.date(2017, 1, 5), dt.datetime(2017, 1, 5, 3), dt.time(3)),  # noqa: DTZ001 - as TOML has it
)


def toml(value):
    """Write a value as TOML has it, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else json.dumps(value)


def places(value, place=()):
    """Every place of a document at which something stands."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in parts:
        yield (*place, key)
        yield from places(each, (*place, key))


def put(document, place, value):
    """A document with another value at a place."""
    changed = copy.deepcopy(document)
    *way, last = place
    table = changed
    for key in way:
        table = table[key]
    table[last] = value
    return changed


class Openers(PluginOpeners):
    """Those of the command, which read the prices of one feed once."""

    read: ClassVar[dict[str, Any]] = {}

    def prices(self, feed):
        key = repr(feed)
        if key not in self.read:
            self.read[key] = super().prices(feed)
        return self.read[key]


def opened(folder, document):
    """Read a session file, and open all that it names, as `forexai run` does before it begins."""
    (folder / "opinion.py").write_text(OPINION, encoding="utf-8")
    file = folder / "session.toml"
    file.write_text("".join(f"{key} = {toml(each)}\n" for key, each in document.items()), encoding="utf-8")
    spec = read_spec(file)
    with embedded_services(None) as services, in_file(file):
        plans = plans_of(spec, Openers(services))
        check_begins(spec, plans)
        Telling.of(spec, services)
    return plans


def test_the_file_that_is_spoilt_here_is_good(tmp_path):
    assert [plan.name for plan in opened(tmp_path, GOOD)] == ["main", "second"]


@settings(max_examples=250)
@given(place=st.sampled_from(list(places(GOOD))), value=st.sampled_from(WRONG))
def test_no_value_of_another_kind_ends_in_a_traceback(tmp_path_factory, place, value):
    folder = tmp_path_factory.mktemp("spoilt")
    with suppress(ForexAIError):  # what else is raised is a traceback
        opened(folder, put(GOOD, place, value))


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("risk",), 5, r"risk = 5: it is a table. Write \[risk\]"),
        (("feeds",), 5, r"feeds = 5: each is a table. Write \[\[feeds\]\]"),
        (("strategies",), [1], r"strategies = \[1\]: each is a table. Write \[\[strategies\]\]"),
        (("accounts",), {"name": "main"}, r"each is a table. Write \[\[accounts\]\]"),
        (("session", "journal"), 5, r"\[session\] journal is 5: .*string"),
        (("session", "clok"), "real", r"no '\[session\] clok'. Did you mean 'clock'"),
        (("accounts", 1, "balance"), -1.0, r"\[\[accounts\]\] 2, balance is -1.0"),
        (
            ("accounts", 0, "settings", "seed"),
            2**70,
            r"\[\[accounts\]\] 1, settings.seed = 1.181e\+21: it is too large",
        ),
        (("accounts", 1, "balance"), float("inf"), r"\[\[accounts\]\] 2, balance = inf: it is no finite number"),
        (("feeds", 0, "symbol"), "a\0", r"\[\[feeds\]\] 1, symbol = .*zero character"),
        (("accounts", 0, "name"), "a b", r"\[\[accounts\]\] name: 'a b' cannot be"),
        (("session", "start"), "soon", r"\[session\] start: 'soon' is no time"),
        (("session", "stop"), "2020-01-05", r"\[session\] stop = '2020-01-05': .*nothing would be decided"),
        (("session", "start"), "0001-01-01", "a year from 1900"),
        (("strategies", 0, "parameters", "fats"), 5, r"\[\[strategies\]\] averages: .*'fats'"),
        (("accounts", 0, "costs", "spred"), 5, r"\[\[accounts\]\] main: .*'spred'"),
        (("session", "start"), dt.date(2020, 1, 6), r"\[session\] start is 2020-01-06: .*in quotes, '2020-01-06'"),
        (("risk", "max_daily_loss_fraction"), True, r"\[risk\] max_daily_loss_fraction is true or false: .*a number"),
        (("accounts", 0, "settings", "latency_ms"), True, r"main: latency_ms is true or false: it is a number"),
        (
            ("accounts", 0, "costs", "commission", "per_lot"),
            True,
            r"commission.per_lot is true or false: it is a number",
        ),
        (
            ("accounts", 0, "settings", "execution"),
            [1],
            r"\[\[accounts\]\] main: execution is \[1\]: Input should be a",
        ),
        (("accounts", 0, "timezone"), "mars", r"\[\[accounts\]\] main: There is no clock 'mars'"),
        (("risk", "trading_clock"), "mars", r"\[risk\]: There is no clock 'mars'"),
        (("rates", "USDJPY"), -1, r"\[rates\] USDJPY is -1: .*greater than 0"),
        # Without effect:
        (("session", "clock"), "replay", r"\[session\] speed = 60: a clock of 'replay' has no speed"),
        (("session", "mode"), "live", r"\[session\] mode = 'live': paper accounts"),
        (("feeds", 0, "stale_s"), 5.0, r"\[\[feeds\]\] EURUSD: stale_s = 5 .*live = true"),
        (("feeds", 1, "history"), 20, r"\[\[feeds\]\] GBPUSD: history = 20 .*live = true"),
        (("accounts", 0, "settings", "balance"), 10.0, r"main: balance is given twice, as 20000.0 .* as 10.0"),
        (("risk", "news_minutes_before"), 5, r"\[risk\] news_minutes_before = 5: without news it limits nothing"),
    ],
)
def test_what_is_wrong_is_named_with_file_table_key_value_and_remedy(tmp_path, place, value, said):
    with pytest.raises(ConfigError, match=said) as refused:
        opened(tmp_path, put(GOOD, place, value))
    assert str(refused.value).startswith(f"{tmp_path / 'session.toml'}: ")


@pytest.mark.parametrize(
    ("name", "limit"), [("trading_clock", "trading_hours"), ("correlation_threshold", "max_correlated_positions")]
)
def test_what_says_how_a_limit_is_meant_needs_the_limit(tmp_path, name, limit):
    without = copy.deepcopy(GOOD)
    del without["risk"][limit]
    with pytest.raises(ConfigError, match=rf"\[risk\] {name} = .*: without {limit} it limits nothing"):
        opened(tmp_path, without)


def test_a_session_that_would_begin_after_its_prices_is_refused(tmp_path):
    late = put(put(GOOD, ("session", "start"), "2090-01-01"), ("session", "stop"), "2091-01-01")
    with pytest.raises(ConfigError, match=r"\[session\] start = '2090-01-01': the last price is of 20\d\d"):
        opened(tmp_path, late)
