"""A pair of files: bid and ask joined by time, crossed quotes raised, nothing lost without a word."""

import pytest

from forexai_core.data import import_bars
from forexai_core.errors import ConfigError, DataError, DataFormatError

HEADER = "timestamp,open,high,low,close,volume\n"


def write(folder, name, *rows):
    path = folder / name
    path.write_text(HEADER + "".join(f"2012-02-01T0{hour}:00:00Z,{prices},5\n" for hour, prices in rows))
    return path


def test_the_sides_are_joined(tmp_path):
    bid = write(tmp_path, "bid.csv", (0, "1.1,1.3,1.0,1.2"), (1, "1.2,1.3,1.1,1.2"), (2, "1.2,1.3,1.1,1.2"))
    ask = write(tmp_path, "ask.csv", (1, "1.25,1.35,1.15,1.25"), (2, "1.15,1.35,1.15,1.15"), (3, "1.2,1.3,1.1,1.2"))
    found = import_bars(bid=bid, ask=ask, symbol="EURUSD", timeframe="H1")
    bars = found.bars
    assert len(bars) == 2
    assert bars.close.tolist() == [1.2, 1.2]
    # The second ask opens and closes below the bid: raised field by field, the other fields stay.
    assert [tuple(row) for row in bars.ask] == [(1.25, 1.35, 1.15, 1.25), (1.2, 1.35, 1.15, 1.2)]
    assert found.report.finding("crossed").count == 1
    assert found.report.finding("unmatched").count == 2
    assert "1 bars of the bid and 1 of the ask" in bars.provenance["unmatched"]
    assert "first at 2012-02-01t02:00:00z" in bars.provenance["crossed"].casefold()
    assert bars.volume.tolist() == [5.0, 5.0]
    assert bars.provenance["bid_source_sha256"] != bars.provenance["ask_source_sha256"]


def test_errors_name_the_file_of_the_pair(tmp_path):
    bid = write(tmp_path, "bid.csv", (0, "1.1,1.3,1.0,1.2"))
    ask = write(tmp_path, "ask.csv", (0, "1.1,1.3,1.4,1.2"))
    with pytest.raises(DataFormatError, match=r"ask\.csv, line 2, column high"):
        import_bars(bid=bid, ask=ask, symbol="EURUSD", timeframe="H1")


def test_sides_without_a_common_bar_are_refused(tmp_path):
    bid = write(tmp_path, "bid.csv", (0, "1.1,1.3,1.0,1.2"))
    ask = write(tmp_path, "ask.csv", (1, "1.1,1.3,1.0,1.2"))
    with pytest.raises(DataError, match="no bar in common"):
        import_bars(bid=bid, ask=ask, symbol="EURUSD", timeframe="H1")


def test_one_quarantine_file_for_two_is_refused(tmp_path):
    bid = write(tmp_path, "bid.csv", (0, "1.1,1.3,1.0,1.2"))
    with pytest.raises(ConfigError, match="a pair has two"):
        import_bars(bid=bid, ask=bid, symbol="EURUSD", timeframe="H1", quarantine=tmp_path / "q.csv")
