"""Economic calendars: figures, impacts, clocks, and the same care with bad rows."""

import pytest

from forexai_core.data import EventFileSource, read_events
from forexai_core.errors import ConfigError, DataFormatError
from forexai_core.values.calendar import EconomicEvent, Impact

CALENDAR = """timestamp,currency,impact,title,actual,forecast,previous
2024-01-05T13:30:00Z,USD,High,Non-Farm Employment Change,216K,170K,173K
2024-01-05T13:30:00Z,USD,high,Unemployment Rate,3.7%,3.8%,3.7%
2024-01-01T00:00:00Z,EUR,Holiday,New Year's Day,,,
2024-01-05T10:00:00Z,EUR,2,"CPI Flash Estimate, y/y",2.9%,3.0%,2.4%
2024-01-09T23:30:00Z,JPY,low,Household Spending y/y,-2.9%,-2.3%,-2.5%
"""


def write(folder, content):
    path = folder / "calendar.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_calendar_is_read_in_order(tmp_path):
    events = read_events(write(tmp_path, CALENDAR))
    assert [event.currency for event in events] == ["EUR", "EUR", "USD", "USD", "JPY"]
    payrolls = events[2]
    assert (payrolls.actual, payrolls.forecast, payrolls.previous, payrolls.unit) == (216e3, 170e3, 173e3, "")
    assert payrolls.surprise == 46e3
    assert events[1].title == "CPI Flash Estimate, y/y"
    assert events[1].unit == "%"
    assert events[0].impact is Impact.HOLIDAY
    assert events[0].surprise is None
    assert events[4].actual == -2.9


def test_it_is_asked_by_time_currency_and_impact(tmp_path):
    source = EventFileSource.open(write(tmp_path, CALENDAR))
    first, last = source.events[0].time_ns, source.events[-1].time_ns
    assert len(source.between(first, last)) == 4
    assert len(source.between(first, last + 1, currencies=frozenset({"USD"}))) == 2
    assert len(source.between(first, last + 1, least=Impact.MEDIUM)) == 3


def test_other_names_and_a_clock_of_its_own(tmp_path):
    content = "Date,Time,Country,Importance,Event,Consensus\n2024.01.05,08:30,usd,3,Payrolls,170K\n"
    (event,) = read_events(write(tmp_path, content), timezone="America/New_York")
    assert event.time_ns == 1_704_461_400 * 10**9
    assert (event.currency, event.forecast, event.actual) == ("USD", 170e3, None)


BAD = {
    "naive": (CALENDAR.replace("Z,", ","), "no offset", 2),
    "impact": (CALENDAR.replace("High", "Huge"), "'Huge' is no impact", 2),
    "figure": (CALENDAR.replace("216K", "lots"), "'lots' is no figure", 2),
    "currency": (CALENDAR.replace("JPY", "Japan"), "'JAPAN' is no currency", 6),
    "title": (CALENDAR.replace("Unemployment Rate", ""), "title is missing", 3),
    "time": (CALENDAR.replace("2024-01-01", "2024-01-32"), "no day 32", 4),
    "ragged": (CALENDAR.replace(",,,", ",,,,"), "8 fields where 7", 4),
    "no title column": (CALENDAR.replace("title", "words"), "no column for 'title'", 1),
    "no header": (CALENDAR.partition("\n")[2], "", None),
    "empty": ("", "empty", None),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_calendars_are_clear_errors(name, tmp_path):
    content, words, line = BAD[name]
    with pytest.raises(DataFormatError) as caught:
        read_events(write(tmp_path, content))
    assert words in str(caught.value)
    assert line is None or caught.value.line == line
    assert caught.value.remedy


def test_bad_rows_are_set_aside(tmp_path):
    path = write(tmp_path, CALENDAR.replace("216K", "lots"))
    assert len(read_events(path, on_bad="quarantine")) == 4
    assert "lots" in (tmp_path / "calendar.csv.quarantine.csv").read_text()


def test_an_event_needs_a_currency():
    with pytest.raises(ConfigError, match="no ISO code"):
        EconomicEvent(time_ns=0, currency="Dollar", impact="high", title="x")
