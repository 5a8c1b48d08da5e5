"""What a file's name says."""

from __future__ import annotations

import pytest

from forexai_core.errors import DataError
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.exports.names import our_symbol, parse_name


@pytest.mark.parametrize(
    ("file", "symbol", "timeframe"),
    [
        ("EURUSD_H1_201201020000_202112312300.csv", "EURUSD", "H1"),
        ("/some/where/EURUSDm_M15_202301030000_202301232345.csv.gz", "EURUSDm", "M15"),
        ("EURUSD.raw_M1_202301030000_202301232359.csv", "EURUSD.raw", "M1"),
        ("XAUUSD_i_M5_202301030000_202301232355.csv", "XAUUSD_i", "M5"),
        ("US30_Daily_201201020000_202112310000.csv", "US30", "D1"),
        ("GBPUSD_Weekly_201201010000_202112260000.csv", "GBPUSD", "W1"),
        ("GBPUSD_Monthly_201201010000_202112010000.csv", "GBPUSD", "MN1"),
        ("GBPUSD_MN1.csv", "GBPUSD", "MN1"),
        ("GBPUSD_m1.csv", "GBPUSD", "M1"),
        ("EURUSD_202301020000_202301022359.csv", "EURUSD", "tick"),
        ("EURUSD_ticks.csv.zip", "EURUSD", "tick"),
        ("EURUSDH4.csv", "EURUSD", "H4"),
        ("GBPUSDmM1.csv", "GBPUSDm", "M1"),
        ("US500M15.csv", "US500", "M15"),
        ("#BTCUSDr_M30_202301020000_202301022359.csv", "#BTCUSDr", "M30"),
    ],
)
def test_names_of_exports_are_understood(file, symbol, timeframe):
    name = parse_name(file)
    assert (name.broker_symbol, name.timeframe) == (symbol, Timeframe.of(timeframe))


@pytest.mark.parametrize("file", ["EURUSD.csv", "report.csv", "notes_2023.csv", "EURUSD_H9_2023.csv", "H1.csv", ""])
def test_other_names_say_nothing(file):
    assert parse_name(file) is None


@pytest.mark.parametrize(
    ("broker", "ours"),
    [
        ("EURUSD", "EURUSD"),
        ("EURUSDm", "EURUSD"),
        ("EURUSDmicro", "EURUSD"),
        ("EURUSD.raw", "EURUSD"),
        ("EURUSD.", "EURUSD"),
        ("EURUSD#", "EURUSD"),
        ("EURUSD-ECN", "EURUSD"),
        ("eurusd", "EURUSD"),
        ("GOLD", "XAUUSD"),
        ("GOLDmicro", "XAUUSD"),
        ("US500Cash", "US500"),
        ("US500.f", "US500"),
    ],
)
def test_endings_are_taken_off(broker, ours):
    assert our_symbol(broker, given={}, strip_suffix=True) == ours


@pytest.mark.parametrize("broker", ["EURUSD123", "US5000", "USTEC", "EURUSDverylong", "GER40", "#EURUSD"])
def test_what_is_more_than_an_ending_is_asked_for(broker):
    with pytest.raises(DataError, match="symbols="):
        our_symbol(broker, given={}, strip_suffix=True)


def test_the_user_knows_better():
    assert our_symbol("USTEC", given={"USTEC": "US100"}, strip_suffix=True) == "US100"
    assert our_symbol("EURUSD", given={"EURUSD": "GBPUSD"}, strip_suffix=True) == "GBPUSD"
    with pytest.raises(DataError, match="does not have"):
        our_symbol("USTEC", given={"USTEC": "NAS100"}, strip_suffix=True)


def test_endings_stay_where_the_user_wants_it():
    with pytest.raises(DataError, match="EURUSDm"):
        our_symbol("EURUSDm", given={}, strip_suffix=False)
