"""Every kind of bad file gives one clear error or a quarantine report, and none is silently accepted."""

import gzip
import io
import tarfile
import zipfile

import numpy as np
import pytest

from forexai_core.data import ReadLimits, import_bars, import_ticks, read_events
from forexai_core.errors import DataFormatError, ForexAIError

HEADER = "timestamp,open,high,low,close,volume"
ROWS = [
    "2012-02-01T00:00:00Z,1.30660,1.30670,1.30650,1.30665,10",
    "2012-02-01T01:00:00Z,1.30665,1.30690,1.30660,1.30680,12",
    "2012-02-01T02:00:00Z,1.30680,1.30700,1.30670,1.30690,9",
    "2012-02-01T03:00:00Z,1.30690,1.30695,1.30600,1.30610,30",
]


def text(*rows, header=HEADER):
    return ("\n".join((header, *rows)) + "\n").encode()


def with_row(row, place=2):
    rows = list(ROWS)
    rows[place] = row
    return text(*rows)


def naive(*rows):
    return text(*(row.replace("Z,", ",").replace("T", " ") for row in rows))


def gz(content):
    return gzip.compress(content, mtime=0)


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def zip_named(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def zip_link(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("prices.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, content)
    return out.getvalue()


def tarred(content):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("prices.csv")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


GOOD = text(*ROWS)
TICK_HEADER = "timestamp,bid,ask"

# Name of the file: content, options, words of the message, line (None: of the whole file), column.
BARS = {
    # What the file is
    "empty.csv": (b"", {}, "is empty", None, None),
    "blank.csv": (b"\n \n\t\n", {}, "is empty", None, None),
    "header_and_blank_lines.csv": (text(*["", " ", "\u00a0"] * 100), {}, "header and no rows", 1, None),
    "header_only.csv": (text(), {}, "header and no rows", 1, None),
    "binary.csv": (bytes(range(256)) * 20, {}, "not utf-8", 2, None),
    "zeros.csv": (GOOD[:100] + b"\x00\x00\x00" + GOOD[100:], {}, "binary", 3, None),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, {}, "picture", None, None),
    "database.csv": (b"SQLite format 3\x00" + b"\x00" * 50, {}, "SQLite", None, None),
    "latin.csv": (text(*ROWS, header=HEADER + ",währung").replace("ä".encode(), b"\xe4"), {}, "not utf-8", 1, None),
    "wide_without_mark.csv": (GOOD.decode().encode("utf-16-le"), {}, "utf-16-le", 1, None),
    "prose.csv": (b"These are my prices.\nThey went up, then down.\nThe end.\n", {}, "", None, None),
    "one_column.csv": (b"1.3066\n1.3067\n1.3068\n", {}, "not split into columns", 1, None),
    "web_page.csv": (b"<html>\n<body>\n<p>Please log in</p>\n</body>\n</html>\n", {}, "not split", 1, None),
    # Archives
    "truncated.csv.gz": (gz(GOOD * 50)[:-40], {}, "cut short", None, None),
    "tar.csv.gz": (gz(tarred(GOOD)), {}, "tar archive", None, None),
    "tar.csv": (tarred(GOOD), {}, "tar archive", None, None),
    "corrupt.csv.gz": (gz(GOOD)[:30] + b"\xff\xff\xff" + gz(GOOD)[33:], {}, "damaged", None, None),
    "not_gzip.csv.gz": (GOOD, {}, "its bytes are not", None, None),
    "bomb.csv.gz": (gz(b"0" * 20_000_000), {}, "times its size", None, None),
    "bomb.zip": (zipped(prices__csv=b"0" * 20_000_000), {}, "times its size", None, None),
    "large.csv.gz": (gz(GOOD * 100), {"limits": ReadLimits(max_unpacked_bytes=1_000)}, "unpacks to more", None, None),
    "large.csv": (GOOD, {"limits": ReadLimits(max_file_bytes=100)}, "more than the 100 allowed", None, None),
    "nested.csv.gz": (gz(gz(GOOD)), {}, "holds another archive", None, None),
    "nested.zip": (zipped(inner__zip=zipped(prices__csv=GOOD)), {}, "another archive", None, None),
    "nested_unnamed.zip": (zipped(prices__csv=zipped(prices__csv=GOOD)), {}, "another archive", None, None),
    "slip.zip": (zip_named("../../etc/prices.csv", GOOD), {}, "points outside", None, None),
    "absolute.zip": (zip_named("/etc/prices.csv", GOOD), {}, "points outside", None, None),
    "drive.zip": (zip_named("C:\\prices.csv", GOOD), {}, "points outside", None, None),
    "link.zip": (zip_link(b"/etc/passwd"), {}, "points outside", None, None),
    "two_members.zip": (zipped(a__csv=GOOD, b__csv=GOOD), {}, "one data file", None, None),
    "no_members.zip": (b"PK\x05\x06" + b"\x00" * 18, {}, "", None, None),
    "damaged.zip": (zipped(prices__csv=GOOD)[:60], {}, "damaged", None, None),
    "workbook.zip": (zipped(**{"[Content_Types]__xml": "<x/>", "xl/workbook__xml": "<x/>"}), {}, "Excel", None, None),
    "damaged.parquet": (b"PAR1" + b"\x15\x00" * 60 + b"PAR1", {}, "damaged", None, None),
    # Columns
    "no_close.csv": (
        text("2012-02-01T00:00:00Z,1,2,1,5", header="timestamp,open,high,low,volume"),
        {},
        "'close'",
        1,
        "close",
    ),
    "foreign_columns.csv": (text("a,b,c", header="name,city,age"), {}, "no column for", 1, "time"),
    "two_closes.csv": (
        text("2012-02-01T00:00:00Z,1,2,1,1,1", header="timestamp,open,high,low,close,close"),
        {},
        "two columns",
        1,
        "close",
    ),
    "half_an_ask.csv": (
        text("2012-02-01T00:00:00Z,1,2,1,1,1", header="timestamp,open,high,low,close,ask_open"),
        {},
        "'ask_high'",
        1,
        "ask_high",
    ),
    "ticks_as_bars.csv": (
        text("2012-02-01T00:00:00Z,1.1,1.2", header=TICK_HEADER),
        {},
        "no column for 'open'",
        1,
        "open",
    ),
    "no_header_odd_width.csv": (
        b"2012-02-01 00:00:00,1.1,1.2\n2012-02-01 01:00:00,1.1,1.2\n",
        {},
        "no header",
        1,
        None,
    ),
    "chosen_column_missing.csv": (GOOD, {"columns": {"close": "Closing"}}, "names no single column", 1, "close"),
    "chosen_role_unknown.csv": (GOOD, {"columns": {"clsoe": "close"}}, "no column role", 1, "clsoe"),
    "ragged_short.csv": (with_row("2012-02-01T02:00:00Z,1.3,1.4,1.2"), {}, "4 fields where 6", 4, None),
    "ragged_long.csv": (with_row(ROWS[2] + ",7,8"), {}, "8 fields where 6", 4, None),
    "header_too_short.csv": (text(*(row + ",1" for row in ROWS)), {}, "the header names 6 columns", 1, None),
    "decimal_commas_among_commas.csv": (
        text(*(row.replace(".", ",") for row in ROWS)),
        {},
        "the header names 6",
        1,
        None,
    ),
    "open_quote.csv": (with_row('2012-02-01T02:00:00Z,"1.3,1.4,1.2,1.3,5'), {}, "quote", 4, None),
    "long_quote.csv": (with_row('2012-02-01T02:00:00Z,"' + "1" * 200_000 + '",1.4,1.2,1.3,5'), {}, "quote", 4, None),
    "other_symbols.csv": (
        text(*(row + ",GBPUSD" for row in ROWS), header=HEADER + ",symbol"),
        {},
        "no rows of EURUSD",
        2,
        "symbol",
    ),
    # Times
    "naive.csv": (naive(*ROWS), {}, "no offset", 2, "timestamp"),
    "naive_histdata.csv": (b"20120201 000000;1.3066;1.3066;1.3065;1.3065;0\n", {}, "no offset", 1, "time"),
    "wall_epoch_without_clock.csv": (
        text("1328054400,1,2,1,1,1", header=HEADER),
        {"epoch": "wall"},
        "epoch='wall'",
        2,
        "timestamp",
    ),
    "epoch_and_clock.csv": (
        text("1328054400,1,2,1,1,1", header=HEADER),
        {"timezone": "new-york+7"},
        "counted since 1970 are UTC",
        2,
        "timestamp",
    ),
    "offset_and_clock.csv": (GOOD, {"timezone": "Europe/London+3"}, "minutes from UTC", 2, "timestamp"),
    "named_utc_and_clock.csv": (
        naive(*ROWS).replace(b"timestamp", b"Gmt time"),
        {"timezone": "new-york+7"},
        "says UTC",
        2,
        "Gmt time",
    ),
    "mixed_layouts.csv": (with_row("01.02.2012 02:00:00,1.3,1.4,1.2,1.3,5"), {}, "mixed", 4, "timestamp"),
    "mixed_offset.csv": (with_row("2012-02-01T02:00:00,1.3,1.4,1.2,1.3,5"), {}, "mixed", 4, "timestamp"),
    "no_such_month.csv": (with_row("2012-13-45T02:00:00Z,1.3,1.4,1.2,1.3,5"), {}, "no month 13", 4, "timestamp"),
    "no_such_day.csv": (with_row("2012-02-30T02:00:00Z,1.3,1.4,1.2,1.3,5"), {}, "no day 30", 4, "timestamp"),
    "no_such_hour.csv": (with_row("2012-02-01T25:00:00Z,1.3,1.4,1.2,1.3,5"), {}, "no hour 25", 4, "timestamp"),
    "year_one.csv": (with_row("0001-02-01T02:00:00Z,1.3,1.4,1.2,1.3,5"), {}, "year 1 lies outside", 4, "timestamp"),
    "year_9999.csv": (with_row("9999-02-01T02:00:00Z,1.3,1.4,1.2,1.3,5"), {}, "year 9999", 4, "timestamp"),
    "huge_epoch.csv": (text("9999999999999,1,2,1,1,1"), {}, "outside", 2, "timestamp"),
    "no_time.csv": (with_row(",1.3,1.4,1.2,1.3,5"), {}, "time is missing", 4, "timestamp"),
    "words_for_time.csv": (with_row("yesterday,1.3,1.4,1.2,1.3,5"), {}, "'yesterday' is no time", 4, "timestamp"),
    "only_words_for_time.csv": (text("noon,1,2,1,1,1", "one,1,2,1,1,1"), {}, "known layout", 2, "timestamp"),
    "day_or_month.csv": (
        text("01/02/2012 00:00,1,2,1,1,1", "02/02/2012 00:00,1,2,1,1,1"),
        {"timezone": "UTC"},
        "day or the month",
        2,
        "timestamp",
    ),
    "day_and_month.csv": (
        text("01/22/2012 00:00,1,2,1,1,1", "23/01/2012 00:00,1,2,1,1,1"),
        {"timezone": "UTC"},
        "change places",
        3,
        "timestamp",
    ),
    "two_digit_year.csv": (text("01/02/12 00:00,1,2,1,1,1"), {"timezone": "UTC"}, "known layout", 2, "timestamp"),
    "no_time_of_day.csv": (
        text("2012-02-01,1,2,1,1,1", "2012-02-02,1,2,1,1,1"),
        {"timezone": "UTC"},
        "no time of day",
        2,
        "timestamp",
    ),
    "hour_never_shown.csv": (
        text("2012-03-25 01:00:00,1,2,1,1,1", "2012-03-25 02:30:00,1,2,1,1,1"),
        {"timezone": "Europe/Berlin"},
        "never showed",
        3,
        "timestamp",
    ),
    "hour_shown_twice.csv": (
        text("2012-10-28 01:00:00,1,2,1,1,1", "2012-10-28 02:00:00,1,2,1,1,1", "2012-10-28 03:00:00,1,2,1,1,1"),
        {"timezone": "Europe/Berlin"},
        "twice in autumn",
        3,
        "timestamp",
    ),
    # Order
    "duplicate.csv": (text(*ROWS[:2], ROWS[1], *ROWS[2:]), {}, "stands twice", 4, "timestamp"),
    "duplicate_conflict.csv": (
        text(*ROWS[:2], ROWS[1].replace(",12", ",13"), *ROWS[2:]),
        {},
        "other values",
        4,
        "timestamp",
    ),
    "unsorted.csv": (text(ROWS[0], ROWS[2], ROWS[1], ROWS[3]), {}, "out of order", None, "timestamp"),
    "newest_first.csv": (text(*ROWS[::-1]), {}, "newest first", 2, "timestamp"),
    "overlapping.csv": (text(*ROWS, "2012-02-01T03:30:00Z,1.3,1.4,1.2,1.3,5"), {}, "less than one H1", 6, "timestamp"),
    "other_timeframe.csv": (
        text(*(f"2012-02-01T0{minute // 60}:{minute % 60:02d}:00Z,1,2,1,1,1" for minute in range(0, 300, 15))),
        {},
        "15 minutes apart",
        2,
        "timestamp",
    ),
    "longer_timeframe.csv": (
        text(*(f"2012-02-{day:02d}T00:00:00Z,1,2,1,1,1" for day in range(1, 20))),
        {},
        "1440 minutes apart",
        2,
        "timestamp",
    ),
    # Prices
    "nan.csv": (with_row("2012-02-01T02:00:00Z,1.3,nan,1.2,1.3,5"), {}, "not a finite", 4, "high"),
    "inf.csv": (with_row("2012-02-01T02:00:00Z,1.3,inf,1.2,1.3,5"), {}, "not a finite", 4, "high"),
    "too_large.csv": (with_row("2012-02-01T02:00:00Z,1.3,1e309,1.2,1.3,5"), {}, "not a finite", 4, "high"),
    "negative.csv": (with_row("2012-02-01T02:00:00Z,1.3,1.4,-1.2,1.3,5"), {}, "not above zero", 4, "low"),
    "zero.csv": (with_row("2012-02-01T02:00:00Z,0,1.4,0,1.3,5"), {}, "not above zero", 4, "open"),
    "missing_price.csv": (with_row("2012-02-01T02:00:00Z,1.3,,1.2,1.3,5"), {}, "missing", 4, "high"),
    "word_price.csv": (with_row("2012-02-01T02:00:00Z,1.3,n/a,1.2,1.3,5"), {}, "'n/a' is no number", 4, "high"),
    "underscore.csv": (with_row("2012-02-01T02:00:00Z,1.3,1_4,1.2,1.3,5"), {}, "'1_4' is no number", 4, "high"),
    "hex.csv": (with_row("2012-02-01T02:00:00Z,1.3,0x14,1.2,1.3,5"), {}, "'0x14' is no number", 4, "high"),
    "arabic_digits.csv": (with_row("2012-02-01T02:00:00Z,1.3,\u0661.\u0664,1.2,1.3,5"), {}, "is no number", 4, "high"),
    "two_points.csv": (with_row("2012-02-01T02:00:00Z,1.3,1.4.0,1.2,1.3,5"), {}, "is no number", 4, "high"),
    "formula.csv": (with_row("2012-02-01T02:00:00Z,1.3,=1+1,1.2,1.3,5"), {}, "is no number", 4, "high"),
    "high_below_low.csv": (with_row("2012-02-01T02:00:00Z,1.3,1.2,1.4,1.3,5"), {}, "below the low", 4, "high"),
    "open_outside.csv": (with_row("2012-02-01T02:00:00Z,1.5,1.4,1.2,1.3,5"), {}, "open 1.5 lies outside", 4, "open"),
    "close_outside.csv": (with_row("2012-02-01T02:00:00Z,1.3,1.4,1.2,1.1,5"), {}, "close 1.1 lies outside", 4, "close"),
    "negative_volume.csv": (with_row("2012-02-01T02:00:00Z,1.3,1.4,1.2,1.3,-5"), {}, "volume -5", 4, "volume"),
    "negative_spread.csv": (
        text("2012-02-01T00:00:00Z,1,2,1,1,1,-3", header=HEADER + ",spread"),
        {},
        "spread -3",
        2,
        "spread",
    ),
    "comma_or_thousands.csv": (
        b"timestamp;open;high;low;close\n2012-02-01T00:00:00Z;86,655;86,700;86,600;86,650\n",
        {},
        "separate thousands",
        2,
        "open",
    ),
    "two_decimal_marks.csv": (
        b"timestamp;open;high;low;close\n2012-02-01T00:00:00Z;1,3055;1.3056;1,3050;1,3051\n",
        {},
        "thousands",
        2,
        "open",
    ),
    "thousands.csv": (
        b'timestamp;open;high;low;close\n2012-02-01T00:00:00Z;"1,547.59";"1,553.84";"1,547.40";"1,552.95"\n',
        {},
        "thousands",
        2,
        "open",
    ),
}

TICKS = {
    "bars_as_ticks.csv": (GOOD, {}, "no column for 'bid'", 1, "bid"),
    "no_ask.csv": (text("2012-02-01T00:00:00Z,1.1", header="timestamp,bid"), {}, "'ask'", 1, "ask"),
    "zero_bid.csv": (text("2012-02-01T00:00:00Z,0,1.1", header=TICK_HEADER), {}, "not above zero", 2, "bid"),
    "nan_ask.csv": (text("2012-02-01T00:00:00Z,1.0,nan", header=TICK_HEADER), {}, "not a finite", 2, "ask"),
    "no_first_bid.csv": (text("2012-02-01T00:00:00Z,,1.1", header=TICK_HEADER), {}, "none stands before", 2, "bid"),
    "backwards.csv": (
        text(
            "2012-02-01T00:00:01Z,1,1.1",
            "2012-02-01T00:00:02Z,1,1.1",
            "2012-02-01T00:00:01.5Z,1,1.1",
            header=TICK_HEADER,
        ),
        {},
        "out of order",
        None,
        "timestamp",
    ),
}


def run(folder, name, case, *, ticks):
    content, options = case[:2]
    path = folder / name
    path.write_bytes(content)
    if ticks:
        return import_ticks(path, symbol="EURUSD", **options)
    return import_bars(path, symbol="EURUSD", timeframe="H1", **options)


def check(folder, name, case, *, ticks):
    words, line, column = case[2:]
    with pytest.raises(DataFormatError) as caught:
        run(folder, name, case, ticks=ticks)
    error = caught.value
    assert words in str(error)
    assert error.file.startswith(str(folder / name))
    assert error.remedy.strip()
    if line is not None:
        assert error.line == line, str(error)
        assert f"line {line}" in str(error)
    if column is not None:
        assert error.column == column, str(error)


@pytest.mark.parametrize("name", BARS)
def test_a_bad_file_of_bars_is_one_clear_error(name, tmp_path):
    check(tmp_path, name, BARS[name], ticks=False)


MARK = "\ufeff"
NOTHING = {
    "a mark": MARK.encode(),
    "a mark and a newline": MARK.encode() + b"\r\n",
    "a mark and a space": MARK.encode() + b" ",
    "two marks": MARK.encode() * 2 + b"\n",
    "the mark of UTF-16": MARK.encode("utf-16-le"),
    "the mark of UTF-16, the other way round": MARK.encode("utf-16-be"),
    "the mark of UTF-32": MARK.encode("utf-32-le"),
    "a packed mark": gz(MARK.encode()),
    "a zipped mark": zipped(prices__csv=MARK.encode()),
    "hard spaces": "\u00a0\u00a0\n\u2003\n".encode(),
    "many hard spaces": "\u00a0\n".encode() * 5_000,
}


@pytest.mark.parametrize("content", NOTHING.values(), ids=NOTHING)
def test_a_file_of_marks_and_blanks_is_empty_whoever_reads_it(content, tmp_path):
    path = tmp_path / "nothing.csv"
    path.write_bytes(content)
    for read in (
        lambda: import_bars(path, symbol="EURUSD", timeframe="H1"),
        lambda: import_bars(bid=path, ask=path, symbol="EURUSD", timeframe="H1"),
        lambda: import_ticks(path, symbol="EURUSD"),
        lambda: read_events(path),
    ):
        with pytest.raises(DataFormatError, match="the file is empty"):
            read()


def test_blank_lines_after_a_header_do_not_hide_its_rows(tmp_path):
    path = tmp_path / "far.csv"
    path.write_bytes(text(*[""] * 300, *ROWS))
    assert len(import_bars(path, symbol="EURUSD", timeframe="H1").bars) == len(ROWS)


@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-16"])
def test_a_mark_before_the_first_row_is_no_part_of_it(encoding, tmp_path):
    path = tmp_path / "marked.csv"
    path.write_bytes((MARK + "\n".join(ROWS)).encode(encoding or "utf-8"))
    found = import_bars(path, symbol="EURUSD", timeframe="H1", encoding=encoding)
    assert len(found.bars) == len(ROWS)


@pytest.mark.parametrize("name", TICKS)
def test_a_bad_file_of_ticks_is_one_clear_error(name, tmp_path):
    check(tmp_path, name, TICKS[name], ticks=True)


def test_the_sound_file_that_the_bad_ones_are_made_of_is_read(tmp_path):
    found = run(tmp_path, "good.csv", (GOOD, {}), ticks=False)
    assert len(found.bars) == 4
    assert found.report.quarantined == ()


# Bad rows that can be set aside, with the rows that stay.
ROW_CHECKS = {
    "no_such_month.csv": 3,
    "no_such_day.csv": 3,
    "no_such_hour.csv": 3,
    "year_one.csv": 3,
    "year_9999.csv": 3,
    "no_time.csv": 3,
    "words_for_time.csv": 3,
    "duplicate.csv": 4,
    "duplicate_conflict.csv": 4,
    "unsorted.csv": 3,
    "overlapping.csv": 4,
    "nan.csv": 3,
    "inf.csv": 3,
    "too_large.csv": 3,
    "negative.csv": 3,
    "zero.csv": 3,
    "missing_price.csv": 3,
    "word_price.csv": 3,
    "underscore.csv": 3,
    "hex.csv": 3,
    "arabic_digits.csv": 3,
    "two_points.csv": 3,
    "formula.csv": 3,
    "high_below_low.csv": 3,
    "open_outside.csv": 3,
    "close_outside.csv": 3,
    "negative_volume.csv": 3,
    "ragged_short.csv": 3,
    "ragged_long.csv": 3,
    "hour_never_shown.csv": 1,
    "hour_shown_twice.csv": 2,
}


@pytest.mark.parametrize("name", ROW_CHECKS)
def test_bad_rows_are_set_aside_with_line_reason_and_text(name, tmp_path):
    content, options, words, line, _ = BARS[name]
    found = run(tmp_path, name, (content, {**options, "on_bad": "quarantine"}), ticks=False)
    assert len(found.bars) == ROW_CHECKS[name]
    assert found.report.kept == ROW_CHECKS[name]
    assert len(found.report.quarantined) == 1
    (row,) = found.report.quarantined
    assert words in row.reason
    assert line is None or row.line == line
    lines = content.decode("utf-8").split("\n")
    assert row.text == lines[row.line - 1]
    written = (tmp_path / f"{name}.quarantine.csv").read_text(encoding="utf-8").splitlines()
    assert written[0] == "source,line,column,check,reason,text"
    assert len(written) == 2
    assert f",{row.line}," in written[1]
    assert not found.report.ok
    assert "1 bad rows" in found.bars.provenance["quarantine"]


def test_nothing_is_written_where_nothing_is_bad(tmp_path):
    found = run(tmp_path, "good.csv", (GOOD, {"on_bad": "quarantine"}), ticks=False)
    assert found.report.quarantine_file is None
    assert [path.name for path in tmp_path.iterdir()] == ["good.csv"]


def test_a_file_of_bad_rows_only_is_refused_in_quarantine_too(tmp_path):
    path = tmp_path / "all_bad.csv"
    path.write_bytes(text("2012-02-01T00:00:00Z,0,0,0,0,0", "2012-02-01T01:00:00Z,0,0,0,0,0"))
    with pytest.raises(DataFormatError, match=r"1 more rows are bad.*Correct the file"):
        import_bars(path, symbol="EURUSD", timeframe="H1", on_bad="quarantine")


def test_a_missing_file_a_folder_and_a_null_name_are_errors(tmp_path):
    for path in (tmp_path / "nothing.csv", tmp_path, f"{tmp_path}/a\x00b.csv"):
        with pytest.raises(DataFormatError):
            import_bars(path, symbol="EURUSD", timeframe="H1")


def test_damage_anywhere_is_an_error_of_ours_or_harmless(tmp_path):
    """Flip bytes of a sound file at random: no other exception may come out, and no unsound bar."""
    rng = np.random.default_rng(3)
    path = tmp_path / "damaged.csv"
    refused = 0
    for packed in (GOOD, gz(GOOD), zipped(prices__csv=GOOD)):
        for _ in range(150):
            content = bytearray(packed)
            for place in rng.integers(0, len(content), rng.integers(1, 4)):
                content[place] = rng.integers(0, 256)
            path.write_bytes(bytes(content))
            try:
                found = import_bars(path, symbol="EURUSD", timeframe="H1", on_bad="quarantine")
            except ForexAIError:
                refused += 1
            else:
                assert np.all(np.diff(found.bars.time_ns) > 0)
    assert refused > 100


def test_the_number_of_bad_files(capsys):
    count = len(BARS) + len(TICKS)
    with capsys.disabled():
        print(f"\n{count} bad files, each one clear error; {len(ROW_CHECKS)} of them also set aside row by row")
    assert count >= 40
