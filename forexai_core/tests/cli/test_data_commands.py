"""``forexai data``: files in and out, the library, and what happens to bad rows."""

from __future__ import annotations

import csv

import pytest

import forexai_core as fx

BAD = """timestamp,open,high,low,close,volume
2020-01-06T00:00:00Z,1.1,1.2,1.0,1.15,5
2020-01-06T01:00:00Z,1.1,1.0,1.2,1.15,5
2020-01-06T02:00:00Z,1.1,1.2,1.0,nan,5
2020-01-06T03:00:00Z,1.1,1.2,1.0,1.15,5
"""
NAIVE = "timestamp,open,high,low,close,volume\n2020-01-06 00:00:00,1.1,1.2,1.0,1.15,5\n"
GBPUSD = ("--symbol", "GBPUSD", "--timeframe", "H1")
EURUSD = ("-s", "EURUSD", "-t", "H1")


@pytest.fixture
def bad(tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text(BAD)
    return file


def test_a_sample_goes_through_the_library_unchanged(forexai, tmp_path):
    assert "sma-cross --data EURUSD_H1.csv.gz" in forexai("data", "sample").out
    ended = forexai("data", "import", "EURUSD_H1.csv.gz", *EURUSD)
    assert ended.code == 0
    assert "6,225 of 6,225 rows" in ended.out
    listed = forexai("data", "list", "--json").json
    assert [(each["symbol"], each["timeframe"], each["rows"]) for each in listed["series"]] == [("EURUSD", "H1", 6225)]
    assert isinstance(listed["series"][0]["first_ns"], str)
    assert forexai("data", "export", *EURUSD, "-o", "out.csv.gz").code == 0
    assert (tmp_path / "out.csv.gz").read_bytes() == (tmp_path / "EURUSD_H1.csv.gz").read_bytes()
    assert "every byte is as it was written" in forexai("data", "check").out
    assert forexai("data", "check", *EURUSD).code == 0


def test_a_second_import_of_the_same_rows_is_refused_with_an_option_as_remedy(forexai):
    forexai("data", "sample")
    forexai("data", "import", "EURUSD_H1.csv.gz", *EURUSD)
    ended = forexai("data", "import", "EURUSD_H1.csv.gz", *EURUSD)
    assert ended.code == 3
    assert "--on-overlap skip" in ended.err
    assert forexai("data", "import", "EURUSD_H1.csv.gz", *EURUSD, "--on-overlap", "skip").code == 0
    ended = forexai("data", "import", "EURUSD_H1.csv.gz", *EURUSD, "--on-overlap", "skipp")
    assert ended.code == 2
    assert "'skip'" in ended.err


def test_bad_rows_are_reported_quarantined_and_not_imported(forexai, bad, tmp_path):
    ended = forexai("data", "import", "bad.csv", *GBPUSD)
    assert ended.code == 3
    assert "2 of 4 rows taken over" in ended.out
    assert "bad.csv.quarantine.csv" in ended.out
    assert "--keep-good" in ended.out
    with (tmp_path / "bad.csv.quarantine.csv").open(newline="") as stream:
        assert [row["line"] for row in csv.DictReader(stream)] == ["3", "4"]
    assert forexai("data", "list", "--json").json["series"] == []


def test_sound_rows_are_imported_when_asked_for(forexai, bad):
    ended = forexai("data", "import", "bad.csv", *GBPUSD, "--keep-good", "--quarantine", "aside.csv", "--json")
    assert ended.code == 0
    document = ended.json
    assert document["files"][0]["imported"] is True
    assert document["files"][0]["report"]["quarantine_file"] == "aside.csv"
    assert forexai("data", "list", "--json").json["series"][0]["rows"] == 2


def test_a_sound_file_beside_a_bad_one_is_imported(forexai, bad):
    forexai("data", "sample")
    ended = forexai("data", "import", "bad.csv", "EURUSD_H1.csv.gz", *EURUSD)
    assert ended.code == 3
    assert "1 of 2 files" in ended.err
    assert forexai("data", "list", "--json").json["series"][0]["rows"] == 6225


def test_checking_a_file_leaves_nothing_behind(forexai, bad, tmp_path):
    ended = forexai("data", "check", "bad.csv", *GBPUSD)
    assert ended.code == 3
    assert "line 3: " in ended.out
    assert ended.err == ""
    assert [each.name for each in tmp_path.iterdir()] == ["bad.csv"]
    assert forexai("data", "check", "bad.csv", *GBPUSD, "--json").json["ok"] is False


def test_checking_finds_a_damaged_library(forexai, tmp_path):
    forexai("data", "fetch", "sample", *EURUSD, "--library", "prices")
    file = next((tmp_path / "prices").rglob("bars-*.bin"))
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    ended = forexai("data", "check", "--library", "prices")
    assert ended.code == 1
    assert "EURUSD" in ended.out


def test_gaps_deserve_a_look(forexai, tmp_path):
    rows = [f"2020-01-06T{hour:02}:00:00Z,1.1,1.2,1.0,1.15,5" for hour in (0, 1, 2, 9)]
    (tmp_path / "gap.csv").write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    assert forexai("data", "check", "gap.csv", *GBPUSD).code == 1


@pytest.mark.parametrize(
    ("name", "content", "option"),
    [
        ("naive.csv", NAIVE, "--timezone"),
        ("empty.csv", "", ""),
        ("binary.csv", "\x00\x01\x02" * 50, ""),
        ("columns.csv", "a,b,c\n1,2,3\n", ""),
        ("truncated.csv.gz", "\x1f\x08", ""),
    ],
)
@pytest.mark.parametrize("way", ["import", "check", "backtest"])
def test_bad_files_are_one_clear_error(forexai, tmp_path, name, content, option, way):
    (tmp_path / name).write_text(content, encoding="latin-1")
    start = ("backtest", "sma-cross", "--data") if way == "backtest" else ("data", way)
    ended = forexai(*start, name, *GBPUSD)
    assert ended.code == 3
    assert ended.err.startswith("error: ")
    assert len(ended.err.splitlines()) == 1
    assert name in ended.err
    assert option in ended.err


def test_a_file_that_is_not_there(forexai):
    ended = forexai("data", "import", "none.csv", *GBPUSD)
    assert (ended.code, "none.csv" in ended.err) == (3, True)


def test_how_a_file_is_written_can_be_said(forexai, tmp_path):
    lines = NAIVE.replace(",", ";").replace(".", ",").splitlines()
    newest_first = [lines[1].replace("00:00:00", f"{hour:02}:00:00") for hour in (3, 2, 1, 0)]
    (tmp_path / "newest.csv").write_text("\n".join([lines[0], *newest_first]))
    asked = ("data", "import", "newest.csv", *GBPUSD, "--timezone", "UTC")
    ended = forexai(*asked)
    assert ended.code == 3
    assert "--read sort=True" in ended.err
    assert forexai(*asked, "--read", "sort=true", "--read", "decimal=,", "--read", "delimiter=;").code == 0
    ended = forexai(*asked, "--read", "sorted=true")
    assert (ended.code, "'sort'" in ended.err) == (2, True)


def test_resampling_into_a_file_and_into_the_library(forexai, tmp_path):
    forexai("data", "sample")
    asked = ("data", "resample", "-d", "EURUSD_H1.csv.gz", *EURUSD, "--into", "D1")
    assert forexai(*asked, "-o", "d1.csv").code == 0
    expected = fx.resample(fx.sample("EURUSD", "H1"), "D1")
    assert len(fx.read_bars(tmp_path / "d1.csv", symbol="EURUSD", timeframe="D1")) == len(expected)
    assert forexai(*asked, "--json").json["rows"] == len(expected)
    assert forexai("data", "list", "--json").json["series"][0]["timeframe"] == "D1"
    assert forexai("data", "resample", *EURUSD, "--into", "M1").code in {2, 3}


def test_fetching_from_any_source(forexai):
    asked = ("data", "fetch", "synthetic", "-s", "EURUSD", "-t", "M1", "--set", "seed=7", "--set", "bars=500")
    one, two = (forexai(*asked, "-o", name, "--json").json for name in ("one.csv", "two.csv"))
    assert one["rows"] == 500
    assert one["fingerprint"] == two["fingerprint"]
    ended = forexai("data", "fetch", "synthetik", *EURUSD)
    assert (ended.code, "'synthetic'" in ended.err) == (2, True)
    ended = forexai(*asked, "--set", "sed=7")
    assert (ended.code, "'seed'" in ended.err) == (2, True)
    assert forexai("data", "fetch", "sample", "-s", "EURUSD", "-t", "M5").code == 3


def test_ranges_are_half_open(forexai):
    forexai("data", "fetch", "sample", *EURUSD)
    cut = ("--from", "2017-02-01", "--to", "2017-02-02")
    document = forexai("data", "export", *EURUSD, *cut, "-o", "day.csv", "--json").json
    assert document["rows"] == 24
    ended = forexai("data", "export", *EURUSD, "--from", "2030-01-01", "-o", "none.csv")
    assert (ended.code, "2030-01-01" in ended.err) == (3, True)
    assert forexai("data", "export", *EURUSD, "--from", "yesterday", "-o", "none.csv").code == 2


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf\r\n", "\u00a0".encode()])
@pytest.mark.parametrize("timeframe", ["H1", "tick"])
def test_a_file_of_marks_is_bad_data_and_not_a_fault(content, timeframe, forexai, tmp_path):
    (tmp_path / "empty.csv").write_bytes(content)
    what = ("-s", "EURUSD", "-t", timeframe)
    calls = [("data", "import", "empty.csv", *what), ("data", "check", "empty.csv", *what)]
    calls.append(("backtest", "sma-cross", "--data", "empty.csv", *what))
    if timeframe == "H1":
        calls.append(("backtest", "sma-cross", "--bid", "empty.csv", "--ask", "empty.csv", *what))
    for call in calls:
        ended = forexai(*call)
        assert ended.code == 3, call
        assert "empty.csv: the file is empty." in ended.err


def spoil(folder, factor):
    """Write sample prices of which one bar is a multiple of itself."""
    bars = fx.sample("EURUSD", "H1")[:400]
    fx.export_prices(bars, folder / "prices.csv")
    lines = (folder / "prices.csv").read_text().splitlines()
    fields = lines[200].split(",")
    lines[200] = ",".join([fields[0], *(f"{float(price) * factor:.5f}" for price in fields[1:5]), *fields[5:]])
    (folder / "prices.csv").write_text("\n".join(lines) + "\n")


def test_a_backtest_refuses_a_bar_that_no_market_makes(forexai, tmp_path):
    spoil(tmp_path, 100)
    ended = forexai("backtest", "sma-cross", "--data", "prices.csv", *EURUSD)
    assert ended.code == 3
    assert "prices.csv, line 201, column open: the open 10" in ended.err
    assert "--read spikes=keep" in ended.err
    kept = forexai("backtest", "sma-cross", "--data", "prices.csv", *EURUSD, "--read", "spikes=keep", "--json")
    assert kept.code == 0
    assert "outlier" in kept.err


def test_outliers_are_said_aloud_and_travel_into_every_form_of_the_result(forexai, tmp_path):
    spoil(tmp_path, 2)
    run = ("backtest", "sma-cross", *EURUSD, "--json", "--html", "r.html", "--save", "r.json")
    ended = forexai(*run, "--data", "prices.csv")
    assert ended.code == 0
    words = "2 bars move more than 40 robust standard deviations"
    assert f"warning: prices.csv: outlier: {words}" in ended.err
    assert words in ended.json["data"][0]["provenance"]["outlier"]
    assert any(words in line for line in ended.json["assumptions"].values())
    assert words in (tmp_path / "r.html").read_text()
    assert words in (tmp_path / "r.json").read_text()
    assert forexai("data", "import", "prices.csv", *EURUSD).code == 0
    again = forexai(*run)
    assert again.code == 0
    assert f"outlier: {words}" in again.err
    assert words in again.json["data"][0]["provenance"]["outlier"]


def test_the_row_off_the_grid_is_set_aside_and_the_good_ones_are_kept(forexai, tmp_path):
    rows = [f"2020-01-06T{hour}:00Z,1.1,1.2,1.0,1.15,5" for hour in ("08:00", "09:00", "10:17", "11:00", "12:00")]
    (tmp_path / "odd.csv").write_text("\n".join((NAIVE.partition("\n")[0], *rows)) + "\n")
    ended = forexai("data", "import", "odd.csv", *EURUSD)
    assert ended.code == 3
    assert "10:17" in (tmp_path / "odd.csv.quarantine.csv").read_text()
    assert forexai("data", "import", "odd.csv", *EURUSD, "--keep-good").code == 0
    (series,) = forexai("data", "list", "--json").json["series"]
    assert series["rows"] == 4


@pytest.mark.parametrize(
    ("timeframe", "meant"),
    [
        ("1H", "H1"),
        ("15min", "M15"),
        ("60", "H1"),
        ("4 hours", "H4"),
        ("daily", "D1"),
        ("1mo", "MN1"),
        ("ticks", "tick"),
    ],
)
def test_a_timeframe_as_others_write_it_is_understood_as_a_question(timeframe, meant, forexai):
    ended = forexai("data", "check", "none.csv", "-s", "EURUSD", "-t", timeframe)
    assert ended.code == 2
    assert f"Did you mean '{meant}'?" in ended.err


@pytest.mark.parametrize("timeframe", ["H5", "7h", "0m", "", "1.5h"])
def test_a_timeframe_that_is_none_is_refused(timeframe, forexai):
    ended = forexai("data", "check", "none.csv", "-s", "EURUSD", "-t", timeframe)
    assert ended.code == 2
    assert "no timeframe" in ended.err


@pytest.mark.parametrize(
    ("clock", "meant"),
    [("Europ/London", "Europe/London"), ("New York", "America/New_York"), ("london", "Europe/London"), ("UTCC", "utc")],
)
def test_a_clock_that_is_none_comes_with_the_one_that_may_be_meant(clock, meant, forexai):
    ended = forexai("data", "check", "none.csv", *EURUSD, "--timezone", clock)
    assert ended.code == 2
    assert "Did you mean" in ended.err
    assert f"'{meant}'" in ended.err


def test_a_clock_like_no_other_comes_with_what_is_understood(forexai):
    ended = forexai("data", "check", "none.csv", *EURUSD, "--timezone", "qqqqqqqqqqqqqq")
    assert "Did you mean" not in ended.err
    assert "new-york+7" in ended.err


def test_a_source_without_the_timeframe_says_which_ones_it_has(forexai):
    ended = forexai("data", "fetch", "sample", "-s", "EURUSD", "-t", "H2")
    assert ended.code == 3
    assert "it holds EURUSD as H1, tick" in ended.err
    assert "it holds EURUSD." in forexai("data", "fetch", "sample", "-s", "GBPUSD", "-t", "H1").err


def test_reports_of_imports_and_quarantined_rows_name_options(forexai, tmp_path):
    rows = "2020-03-29 02:30,1.1,1.2,1.0,1.1\n2020-03-30 03:00,1.1,1.2,1.0,1.1\n"
    (tmp_path / "spring.csv").write_text("time,open,high,low,close\n" + rows)
    run = ("data", "import", "spring.csv", *EURUSD, "--timezone", "Europe/Berlin")
    ended = forexai(*run)
    assert "or pass --read missing=forward" in ended.out
    assert "missing='forward'" not in ended.out
    assert "--read missing=forward" in (tmp_path / "spring.csv.quarantine.csv").read_text()
    assert "--read missing=forward" in forexai(*run, "--json").json["files"][0]["report"]["quarantined"][0]["reason"]
    assert forexai(*run, "--read", "missing=forward").code == 0


@pytest.mark.parametrize("value", ["x", "0", "-3", "1.5"])
def test_a_limit_is_a_whole_number(value, forexai, bad):
    ended = forexai("data", "check", "bad.csv", *GBPUSD, "--read", f"max_file_bytes={value}")
    assert ended.code == 2
    assert f"--read max_file_bytes={value}: write a whole number above 0" in ended.err


def test_prices_of_ones_own_symbol_go_through_the_library(forexai, tmp_path):
    fx.export_prices(fx.sample("EURUSD", "H1")[:100], tmp_path / "prices.csv")
    (tmp_path / "mine.json").write_text(
        '{"symbol": "MINE", "base_currency": "EUR", "profit_currency": "USD", "digits": 5, "pip_size": 0.0001, '
        '"contract_size": 1000, "asset_class": "index"}'
    )
    what = ("-s", "MINE", "-t", "H1")
    assert "--instrument FILE" in forexai("data", "import", "prices.csv", *what).err
    for command in ("check", "import"):
        assert forexai("data", command, "prices.csv", *what, "--instrument", "mine.json").code == 0
    assert forexai("data", "list", "--json").json["series"][0]["asset_class"] == "index"
    made = ("data", "resample", "-d", "prices.csv", *what, "--into", "H4", "--instrument", "mine.json", "-o", "h4.csv")
    assert forexai(*made).code == 0
    ended = forexai("backtest", "sma-cross", *what, "--instrument", "mine.json")
    assert ended.code == 2
    assert "keep the contract that they were imported with" in ended.err
