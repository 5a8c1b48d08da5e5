"""Why trades are ambiguous reaches whoever reads a result: as bits, as names, and in words."""

from __future__ import annotations

import csv
import io
import json

import attrs
import numpy as np
import pytest
from sample_results import sample_result

import forexai_core as fx
from forexai_core.arrays import DOUBTS, TRADE
from forexai_core.backtesting import Interval
from forexai_core.backtesting.csv_files import trades_csv
from forexai_core.backtesting.doubts import DOUBT_WORDS, count_doubts, doubt_lines, doubts_of
from forexai_core.cli.results import document_of
from forexai_core.engine.state import doubt_bits as doubts
from forexai_core.reports import HtmlReport

SEVERAL = (1 << DOUBTS.index("trailing")) | (1 << DOUBTS.index("stop_and_target"))


@pytest.fixture(scope="module")
def result():
    made = sample_result(3_000)
    trades = made.trades.copy()
    trades["ambiguous"], trades["doubts"] = False, 0
    trades["ambiguous"][:3] = True
    trades["doubts"][:3] = 1, 1, SEVERAL
    return attrs.evolve(made, trades=trades, interval=None)


def test_every_reason_has_a_bit_and_words():
    assert set(DOUBT_WORDS) == set(DOUBTS)
    assert [doubts_of(1 << place) for place in range(len(DOUBTS))] == [(name,) for name in DOUBTS]
    assert doubts_of(0) == ()
    assert doubts_of(SEVERAL) == ("stop_and_target", "trailing")
    assert [getattr(doubts, name.upper()) for name in DOUBTS] == [1 << place for place in range(len(DOUBTS))]
    assert 1 << len(DOUBTS) <= np.iinfo(TRADE["doubts"]).max


@pytest.mark.parametrize(
    ("exits", "reason"),
    [({"take_profit_pips": 5}, "stop_and_target"), ({"trail_pips": 3}, "trailing")],
    ids=["target", "trailing"],
)
def test_a_run_gives_its_reasons(exits, reason):
    minutes = fx.synthetic("EURUSD", "M1", bars=30_000, seed=7)
    strategy = fx.strategies.SmaCross(fast=3, slow=8, stop_loss_pips=5, **exits)
    found = fx.backtest(strategy, fx.resample(minutes, "H1"))
    assert np.array_equal(found.trades["ambiguous"], found.trades["doubts"] != 0)
    assert set(found.interval.doubts) == {reason}
    assert found.interval.doubts == count_doubts(found.trades)
    assert max(found.interval.doubts.values()) <= found.interval.ambiguous_trades


def test_they_are_counted_by_reason(result):
    assert result.interval.doubts == {"stop_and_target": 3, "trailing": 1}
    assert count_doubts(result.trades[3:]) == {}


def test_the_interval_says_them():
    doubts = {"trailing": 1, "rollover": 2}
    interval = Interval(worst=-1.0, expected=None, best=1234.5, ambiguous_trades=3, certified=True, doubts=doubts)
    assert interval.explanation.splitlines() == [
        "Certified: the net profit lies between -1.00 and 1,234.50.",
        "Trades in doubt by the bars: 3.",
        f"  2: {DOUBT_WORDS['rollover']}.",
        f"  1: {DOUBT_WORDS['trailing']}.",
    ]
    unsure = attrs.evolve(interval, certified=False, reason="it was off")
    bounds, reason = unsure.explanation.splitlines()[:2]
    assert bounds == "Not certified: the net profit lies at about -1.00 to 1,234.50."
    assert reason == "Why not: it was off"
    assert attrs.evolve(unsure, worst=None).explanation.startswith("No bounds")


def test_tables_name_them(result):
    frame = result.trades_frame()
    rows = list(csv.DictReader(io.StringIO(trades_csv(result.trades))))
    shown = document_of(result)["trades"]
    names = ["stop_and_target", "stop_and_target", "stop_and_target trailing", ""]
    assert frame["doubts"].tolist()[:4] == names
    assert [row["doubts"] for row in rows[:4]] == names
    assert [row["doubts"] for row in shown[:4]] == [name.split() for name in names]
    assert json.dumps(document_of(result)["interval"]["doubts"])


def test_the_page_says_them(result):
    page = HtmlReport().render(result)
    for line in doubt_lines({"stop_and_target": 3, "trailing": 1}):
        assert f"{line}." in page


def test_they_come_back_from_a_file(result, tmp_path):
    loaded = fx.load_result(result.save(tmp_path / "r.json"))
    assert loaded.trades["doubts"].tolist() == result.trades["doubts"].tolist()
    assert loaded.interval == result.interval
