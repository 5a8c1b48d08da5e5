"""The layouts that sources write, each read to the same bars or ticks."""

import gzip
import zipfile

import numpy as np
import pytest

from forexai_core.data import import_bars, read_bars, read_ticks
from forexai_core.errors import ConfigError
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.instruments import Instrument

FIRST = "2012-02-01T05:00:00Z"
OHLC = [(1.3066, 1.30675, 1.3065, 1.3067), (1.3067, 1.3069, 1.30655, 1.3068)]

HISTDATA = (
    "20120201 000000;1.306600;1.306750;1.306500;1.306700;7\n20120201 000100;1.306700;1.306900;1.306550;1.306800;9\n"
)
METATRADER = "2012.02.01,00:00,1.3066,1.30675,1.3065,1.3067,7\n2012.02.01,00:01,1.3067,1.3069,1.30655,1.3068,9\n"
MT5 = (
    "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n"
    "2012.02.01\t07:00:00\t1.30660\t1.30675\t1.30650\t1.30670\t7\t0\t12\n"
    "2012.02.01\t07:01:00\t1.30670\t1.30690\t1.30655\t1.30680\t9\t0\t3\n"
)
DUKASCOPY = (
    "Gmt time,Open,High,Low,Close,Volume\n"
    "01.02.2012 05:00:00.000,1.30660,1.30675,1.30650,1.30670,7\n"
    "01.02.2012 05:01:00.000,1.30670,1.30690,1.30655,1.30680,9\n"
)
DUKASCOPY_LOCAL = (
    "Local time,Open,High,Low,Close,Volume\n"
    "01.02.2012 06:00:00.000 GMT+0100,1.30660,1.30675,1.30650,1.30670,7\n"
    "01.02.2012 06:01:00.000 GMT+0100,1.30670,1.30690,1.30655,1.30680,9\n"
)
OWN = (
    "timestamp,open,high,low,close,volume\n"
    "2012-02-01T05:00:00Z,1.3066,1.30675,1.3065,1.3067,7\n2012-02-01T05:01:00Z,1.3067,1.3069,1.30655,1.3068,9\n"
)


def stamped(*stamps, header="timestamp,open,high,low,close,volume\n"):
    rows = (
        ",".join(map(str, (stamp, *prices, volume))) for stamp, prices, volume in zip(stamps, OHLC, (7, 9), strict=True)
    )
    return header + "\n".join(rows) + "\n"


DIALECTS = {
    "own": (OWN, {}),
    "own, no newline at the end": (OWN.rstrip(), {}),
    "own, Windows line ends": (OWN.replace("\n", "\r\n"), {}),
    "own, old Mac line ends": (OWN.replace("\n", "\r"), {}),
    "own, blank lines": (OWN.replace("\n", "\n\n"), {}),
    "own, spaces around": (OWN.replace(",", " , "), {}),
    "own, in quotes": (
        "\n".join(",".join(f'"{field}"' for field in line.split(",")) for line in OWN.strip().split("\n")) + "\n",
        {},
    ),
    "own, another order of columns": (
        (
            "close,volume,timestamp,low,open,high\n"
            "1.3067,7,2012-02-01T05:00:00Z,1.3065,1.3066,1.30675\n1.3068,9,2012-02-01T05:01:00Z,1.30655,1.3067,1.3069\n"
        ),
        {},
    ),
    "own, upper case, pipes": (OWN.upper().replace(",", "|"), {}),
    "own, tabs": (OWN.replace(",", "\t"), {}),
    "semicolons and decimal commas": (OWN.replace(",", ";").replace(".", ","), {}),
    "decimal commas in quotes": (
        (
            'timestamp,open,high,low,close,volume\n"2012-02-01T05:00:00Z","1,3066","1,30675","1,3065","1,3067",7\n'
            '"2012-02-01T05:01:00Z","1,3067","1,3069","1,30655","1,3068",9\n'
        ),
        {},
    ),
    "with symbol": (
        OWN.replace("volume", "volume,symbol").replace(",7\n", ",7,EUR/USD\n").replace(",9\n", ",9,EUR/USD\n"),
        {},
    ),
    "with other symbols": (
        OWN.replace("volume", "volume,symbol").replace(",7\n", ",7,EURUSD\n").replace(",9\n", ",9,EURUSD\n")
        + "2012-02-01T05:00:00Z,9,9,9,9,9,GBPUSD\n",
        {},
    ),
    "scientific": (OWN.replace("1.30675", "130675e-5"), {}),
    "histdata": (HISTDATA, {"timezone": "utc-5"}),
    "metatrader csv": (METATRADER, {"timezone": "utc-5"}),
    "mt5 export": (MT5, {"timezone": "new-york+7"}),
    "dukascopy": (DUKASCOPY, {}),
    "dukascopy local": (DUKASCOPY_LOCAL, {}),
    "dukascopy named UTC, clock agrees": (DUKASCOPY, {"timezone": "UTC"}),
    "seconds": (stamped(1328072400, 1328072460), {}),
    "seconds with a fraction": (stamped("1328072400.0", "1328072460.0"), {}),
    "milliseconds": (stamped(1328072400000, 1328072460000), {}),
    "microseconds": (stamped(1328072400000000, 1328072460000000), {}),
    "nanoseconds": (stamped(1328072400 * 10**9, 1328072460 * 10**9), {}),
    "server seconds": (stamped(1328079600, 1328079660), {"timezone": "new-york+7", "epoch": "wall"}),
    "naive": (stamped("2012-02-01 05:00:00", "2012-02-01 05:01:00"), {"timezone": "UTC"}),
    "naive without seconds": (stamped("2012-02-01 05:00", "2012-02-01 05:01"), {"timezone": "UTC"}),
    "compact": (stamped("20120201050000", "20120201050100"), {"timezone": "UTC"}),
    "dotted": (stamped("2012.02.01 05:00", "2012.02.01 05:01"), {"timezone": "UTC"}),
    "day first by the user": (
        stamped("01/02/2012 05:00", "01/02/2012 05:01"),
        {"timezone": "UTC", "date_order": "dmy"},
    ),
    "month first by the user": (stamped("2/1/2012 5:00", "2/1/2012 5:01"), {"timezone": "UTC", "date_order": "mdy"}),
    "offset": (stamped("2012-02-01T10:30:00+05:30", "2012-02-01T10:31:00+05:30"), {}),
    "negative offset": (stamped("2012-02-01 00:00:00-0500", "2012-02-01 00:01:00-0500"), {}),
    "offset, clock agrees": (
        stamped("2012-02-01T00:00:00-05:00", "2012-02-01T00:01:00-05:00"),
        {"timezone": "America/New_York"},
    ),
    "fractions here and there": (stamped("2012-02-01T05:00:00Z", "2012-02-01T05:01:00.000000Z"), {}),
    "pandas index": (OWN.replace("timestamp", ""), {}),
    "ask prefixes of a broker": (
        OWN.replace("open,high,low,close", "BidOpen,BidHigh,BidLow,BidClose"),
        {},
    ),
    "columns by number and name": (
        OWN.replace("timestamp", "when").replace("close", "last"),
        {"columns": {"time": 1, "close": "last"}},
    ),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_is_read(name, tmp_path):
    content, options = DIALECTS[name]
    path = tmp_path / "prices.csv"
    path.write_bytes(content.encode())
    bars = read_bars(path, symbol="EURUSD", timeframe="M1", **options)
    assert [format_time_ns(each) for each in bars.time_ns] == [FIRST, "2012-02-01T05:01:00Z"]
    assert [tuple(row)[1:5] for row in bars.data] == OHLC
    assert bars.volume.tolist() == [7.0, 9.0]
    assert bars.digits == 5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_understood(encoding, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_bytes(OWN.encode(encoding))
    assert len(read_bars(path, symbol="EURUSD", timeframe="M1")) == 2


def test_an_encoding_may_be_named(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_bytes(
        OWN.replace("volume", "volume,währung").replace("7\n", "7,€\n").replace("9\n", "9,€\n").encode("cp1252")
    )
    assert len(read_bars(path, symbol="EURUSD", timeframe="M1", encoding="cp1252")) == 2
    with pytest.raises(ConfigError, match="no encoding 'klingon'"):
        read_bars(path, symbol="EURUSD", timeframe="M1", encoding="klingon")


def test_archives_are_opened(tmp_path):
    packed, archive = tmp_path / "prices.csv.gz", tmp_path / "HISTDATA_COM.zip"
    packed.write_bytes(gzip.compress(OWN.encode()))
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("DAT_ASCII_EURUSD_M1_201202.csv", HISTDATA)
        out.writestr("DAT_ASCII_EURUSD_M1_201202.txt", "a report of gaps")
    one = read_bars(packed, symbol="EURUSD", timeframe="M1")
    two = read_bars(archive, symbol="EURUSD", timeframe="M1", timezone="utc-5")
    assert one.data.tobytes() == two.data.tobytes()
    assert two.provenance["source"] == f"{archive}!DAT_ASCII_EURUSD_M1_201202.csv"


def test_the_spread_of_a_metatrader_export_is_taken_in_points(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text(MT5)
    bars = read_bars(path, symbol="EURUSD", timeframe="M1", timezone="new-york+7")
    assert bars.spread_points.tolist() == [12.0, 3.0]


def test_both_sides_in_one_file(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text(
        "timestamp,bidopen,bidhigh,bidlow,bidclose,askopen,askhigh,asklow,askclose,tickqty\n"
        "2012-02-01T05:00:00Z,1.1,1.3,1.0,1.2,1.2,1.4,1.1,1.3,5\n"
    )
    found = import_bars(path, symbol="EURUSD", timeframe="M1")
    assert found.bars.ask["high"].tolist() == [1.4]
    assert "tickqty" in found.report.finding("columns").message


TICK_DIALECTS = {
    "own": ("timestamp,bid,ask\n2013-01-01 22:00:00.295000+00:00,1.1,1.2\n2013-01-01 22:00:01+00:00,1.15,1.2\n", {}),
    "truefx": ("EUR/USD,20130101 22:00:00.295,1.1,1.2\nEUR/USD,20130101 22:00:01.000,1.15,1.2\n", {"timezone": "UTC"}),
    "histdata": ("20130101 170000295,1.1,1.2,0\n20130101 170001000,1.15,1.2,0\n", {"timezone": "utc-5"}),
    "dukascopy": (
        (
            "Gmt time,Ask,Bid,AskVolume,BidVolume\n"
            "01.01.2013 22:00:00.295,1.2,1.1,3,4\n01.01.2013 22:00:01.000,1.2,1.15,3,4\n"
        ),
        {},
    ),
    "mt5": (
        (
            "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\n"
            "2013.01.02\t00:00:00.295\t1.1\t1.2\t\t\t6\n2013.01.02\t00:00:01.000\t1.15\t\t\t\t2\n"
        ),
        {"timezone": "new-york+7"},
    ),
}


@pytest.mark.parametrize("name", TICK_DIALECTS)
def test_a_dialect_of_ticks_is_read(name, tmp_path):
    content, options = TICK_DIALECTS[name]
    path = tmp_path / "ticks.csv"
    path.write_text(content)
    ticks = read_ticks(path, symbol="EURUSD", **options)
    assert [format_time_ns(each) for each in ticks.time_ns] == ["2013-01-01T22:00:00.295Z", "2013-01-01T22:00:01Z"]
    assert ticks.bid.tolist() == [1.1, 1.15]
    assert ticks.ask.tolist() == [1.2, 1.2]


def test_crossed_ticks_are_raised_and_reported(tmp_path):
    path = tmp_path / "ticks.csv"
    path.write_text("timestamp,bid,ask\n2013-01-01 22:00:00Z,1.1,1.2\n2013-01-01 22:00:01Z,1.15,1.14\n")
    ticks = read_ticks(path, symbol="EURUSD")
    assert ticks.ask.tolist() == [1.2, 1.15]
    assert "1 rows the ask lies below the bid" in ticks.provenance["crossed"]


def test_a_finer_grid_of_the_file_is_taken_over(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("timestamp,open,high,low,close\n2012-02-01T05:00:00Z,1.306601,1.3067,1.3065,1.3066\n")
    bars = read_bars(path, symbol="EURUSD", timeframe="M1")
    assert bars.digits == 6
    assert "digits" not in bars.instrument.catalogue_defaults
    assert bars.open[0] == 1.306601


def test_numbers_are_read_as_python_reads_them(tmp_path):
    rng = np.random.default_rng(1)
    texts = [
        f"{value:.{digits}f}"
        for value, digits in zip(
            rng.random(4000) * 10 ** rng.integers(1, 6, 4000), rng.integers(1, 9, 4000), strict=True
        )
    ]
    texts = [text if float(text) > 0 else "0.00000001" for text in texts]
    path = tmp_path / "prices.csv"
    rows = [f"{1328072400 + 60 * place},{text},{text},{text},{text}" for place, text in enumerate(texts)]
    path.write_text("timestamp,open,high,low,close\n" + "\n".join(rows))
    bars = read_bars(path, symbol="EURUSD", timeframe="M1", spikes="keep")
    assert bars.open.tolist() == [float(text) for text in texts]


def test_an_instrument_of_ones_own(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text(OWN)
    mine = Instrument(
        symbol="MINE", base_currency="EUR", profit_currency="USD", margin_currency="EUR", digits=5, pip_size=0.0001,
        tick_size=0.00001, contract_size=1.0, margin_hedged=1.0,
    )  # fmt: skip
    assert read_bars(path, symbol="MINE", timeframe="M1", instrument=mine).symbol == "MINE"
    with pytest.raises(ConfigError, match="symbol is 'EURUSD', but instrument is of 'MINE'"):
        read_bars(path, symbol="EURUSD", timeframe="M1", instrument=mine)
    with pytest.raises(ConfigError, match="no symbol 'MINE'"):
        read_bars(path, symbol="MINE", timeframe="M1")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"on_bad": "ignore"}, "on_bad"),
        ({"gap_policy": "fill"}, "no gap policy"),
        ({"decimal": ";"}, "decimal"),
        ({"timezone": "Middle-earth"}, "no clock"),
        ({"date_order": "ymd"}, "date_order"),
        ({"ambiguous": "guess"}, "ambiguous"),
        ({"delimiter": "::"}, "delimiter"),
        ({"timeframe": "tick"}, "read_ticks"),
        ({"timeframe": "M7"}, "no timeframe"),
        ({"ask": "x.csv"}, "bid= and ask="),
    ],
)
def test_wrong_parameters_are_named(options, words, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text(OWN)
    with pytest.raises(ConfigError, match=words):
        read_bars(path, **{"symbol": "EURUSD", "timeframe": "M1", **options})


def mt5_rows(decimals, *spreads):
    header = MT5.partition("\n")[0]
    price = "\t".join(f"{value:.{decimals}f}" for value in (1.3066, 1.3067, 1.3065, 1.3067))
    lines = [f"2012.02.01\t07:{minute:02d}:00\t{price}\t7\t0\t{spread}" for minute, spread in enumerate(spreads)]
    return "\n".join((header, *lines)) + "\n"


@pytest.mark.parametrize(("decimals", "wanted"), [(4, [20.0, 30.0]), (5, [2.0, 3.0]), (6, [2.0, 3.0])])
def test_spreads_of_a_terminal_count_in_points_of_its_own_decimals(decimals, wanted, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text(mt5_rows(decimals, 2, 3))
    bars = read_bars(path, symbol="EURUSD", timeframe="M1", timezone="new-york+7")
    assert bars.spread_points.tolist() == wanted
    assert ("spread" in bars.provenance) is (decimals == 4)


def test_spreads_of_other_files_stay_and_the_doubt_is_said(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("timestamp,open,high,low,close,spread\n2012-02-01T05:00:00Z,1.3066,1.3067,1.3065,1.3067,2\n")
    found = import_bars(path, symbol="EURUSD", timeframe="M1")
    assert found.bars.spread_points.tolist() == [2.0]
    assert "multiply it by 10" in found.bars.provenance["spread-unit"]
    path.write_text(path.read_text().replace("1.3066,", "1.30660,"))
    assert "spread-unit" not in import_bars(path, symbol="EURUSD", timeframe="M1").bars.provenance
