"""From a file's clock to UTC: daylight saving, hours shown twice or never."""

import pytest

from forexai_core.data import read_bars, read_ticks
from forexai_core.errors import DataFormatError
from forexai_core.values.clocks import format_time_ns

ROW = ",1.1,1.2,1.0,1.1,1"


def write(folder, *stamps):
    path = folder / "prices.csv"
    path.write_text("timestamp,open,high,low,close,volume\n" + "".join(stamp + ROW + "\n" for stamp in stamps))
    return path


def times(path, clock="Europe/Berlin", timeframe="H1", **options):
    bars = read_bars(path, symbol="BTCUSD", timeframe=timeframe, timezone=clock, **options)
    return [format_time_ns(each)[5:16] for each in bars.time_ns], bars.provenance["clock"]


def test_server_time_follows_new_york(tmp_path):
    path = write(tmp_path, "2017-03-10 12:00", "2017-03-13 12:00", "2017-11-03 12:00", "2017-11-06 12:00")
    assert times(path, "new-york+7")[0] == ["03-10T10:00", "03-13T09:00", "11-03T09:00", "11-06T10:00"]


def test_eet_follows_europe(tmp_path):
    path = write(tmp_path, "2017-03-24 12:00", "2017-03-27 12:00", "2017-10-27 12:00", "2017-10-30 12:00")
    assert times(path, "eet")[0] == ["03-24T10:00", "03-27T09:00", "10-27T09:00", "10-30T10:00"]


def test_the_order_of_rows_tells_the_two_passes_of_an_hour_apart(tmp_path):
    path = write(tmp_path, "2012-10-28 01:00", "2012-10-28 02:00", "2012-10-28 02:00", "2012-10-28 03:00")
    found, told = times(path)
    assert found == ["10-27T23:00", "10-28T00:00", "10-28T01:00", "10-28T02:00"]
    assert "2 times that it shows twice told apart by the order of rows" in told


def test_the_order_of_rows_works_within_the_hour(tmp_path):
    shown = [f"2012-10-28 02:{minute:02d}" for minute in range(0, 60, 15)]
    path = write(tmp_path, "2012-10-28 01:45", *shown, *shown, "2012-10-28 03:00")
    found, _ = times(path, timeframe="M15")
    assert found[1:-1] == [f"10-28T00:{m:02d}" for m in range(0, 60, 15)] + [
        f"10-28T01:{m:02d}" for m in range(0, 60, 15)
    ]


def test_newest_first_is_told_apart_too(tmp_path):
    stamps = ["2012-10-28 03:00", "2012-10-28 02:00", "2012-10-28 02:00", "2012-10-28 01:00"]
    found, _ = times(write(tmp_path, *stamps), sort=True)
    assert found == ["10-27T23:00", "10-28T00:00", "10-28T01:00", "10-28T02:00"]


@pytest.mark.parametrize(("rule", "hour"), [("earlier", "00"), ("later", "01")])
def test_a_rule_decides_where_the_rows_do_not(rule, hour, tmp_path):
    path = write(tmp_path, "2012-10-28 01:00", "2012-10-28 02:00", "2012-10-28 03:00")
    found, told = times(path, ambiguous=rule)
    assert found[1] == f"10-28T{hour}:00"
    assert rule in told
    with pytest.raises(DataFormatError, match="twice in autumn"):
        times(path, ambiguous="raise")


def test_skipped_hours_move_forward_by_rule(tmp_path):
    path = write(tmp_path, "2012-03-25 01:00", "2012-03-25 02:00")
    with pytest.raises(DataFormatError, match="never showed 2012-03-25T02:00:00") as caught:
        times(path)
    assert caught.value.line == 3
    found, told = times(path, missing="forward")
    assert found == ["03-25T00:00", "03-25T01:00"]
    assert "1 times that it skips" in told


def test_ticks_of_one_moment_do_not_look_like_a_second_pass(tmp_path):
    path = tmp_path / "ticks.csv"
    path.write_text("timestamp,bid,ask\n" + "2012-10-28 02:00:00,1,2\n" * 2 + "2012-10-28 03:00:00,1,2\n")
    with pytest.raises(DataFormatError, match="twice in autumn"):
        read_ticks(path, symbol="BTCUSD", timezone="Europe/Berlin")


def test_days_by_the_server(tmp_path):
    path = write(tmp_path, "2017-03-10", "2017-03-13", "2017-03-14")
    assert times(path, "new-york+7", "D1")[0] == ["03-09T22:00", "03-12T21:00", "03-13T21:00"]
