"""Monthly bars end when the month of their own clock does, wherever they are anchored."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import forexai_core as fx

HOUR = pd.Timedelta(hours=1)
ZONES = ("Europe/Moscow", "Asia/Tokyo", "UTC", "Europe/London", "America/New_York", "Europe/Athens", "Pacific/Honolulu",
         "Pacific/Kiritimati", "Australia/Sydney", "America/Santiago")  # fmt: skip


def months(index, symbol="EURUSD"):
    price = np.full(len(index), 1.1)
    frame = pd.DataFrame({"open": price, "high": price, "low": price, "close": price}, index=pd.DatetimeIndex(index))
    return fx.Bars.from_frame(frame, symbol=symbol, timeframe="MN1")


def ends(bars):
    return pd.DatetimeIndex(bars.end_ns.view("datetime64[ns]"), tz="UTC")


@pytest.mark.parametrize("zone", ZONES)
def test_every_month_ends_where_the_next_of_its_zone_begins(zone):
    edges = pd.date_range("2022-01-01", periods=31, freq="MS", tz=zone).tz_convert("UTC")
    bars = months(edges[:-1])
    assert (ends(bars)[:-1] == edges[1:-1]).all()


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "Europe/Athens"])
def test_a_last_month_never_ends_before_its_time_and_hardly_after(zone):
    edges = pd.date_range("2022-01-01", periods=31, freq="MS", tz=zone).tz_convert("UTC")
    for opening, true_end in pairwise(edges):
        end = ends(months([opening]))[0]
        assert true_end <= end <= true_end + 2 * HOUR, (zone, opening)


def test_months_of_a_server_by_new_york_end_to_the_hour():
    edges = (pd.date_range("2022-01-01", periods=25, freq="MS") - 7 * HOUR).tz_localize("America/New_York")
    edges = edges.tz_convert("UTC")
    for opening, true_end in pairwise(edges):
        assert ends(months([opening]))[0] == true_end


def test_a_month_stamped_at_its_first_trading_day_keeps_the_end_of_the_calendar():
    late = months(["2024-01-02T22:00Z"])  # 3 January by the server's clock
    assert ends(late)[0] == pd.Timestamp("2024-01-31T22:00Z")
    in_new_york = months(["2024-01-03T05:00Z"])  # midnight of the 3rd in New York, whose January ends at 05:00
    true_end = pd.Timestamp("2024-02-01T05:00Z")
    assert true_end <= ends(in_new_york)[0] <= true_end + 2 * HOUR


def test_a_rate_of_a_month_in_tokyo_is_unknown_until_that_month_is_over():
    """0.1 lots of EURGBP gain 0.01: 100 GBP, at the close of January's bar, as February's is not over."""
    opens = pd.date_range("2024-01-01", periods=3, freq="MS", tz="Asia/Tokyo").tz_convert("UTC")
    rate = pd.DataFrame({"open": [1.2, 1.2, 2.0], "high": [1.2, 2.0, 2.0], "low": [1.2, 1.2, 2.0],
                         "close": [1.2, 2.0, 2.0]}, index=opens)  # fmt: skip
    pounds = fx.Bars.from_frame(rate, symbol="GBPUSD", timeframe="MN1")
    price = np.array([0.85, 0.85, 0.85, 0.86, 0.86, 0.86])
    days = pd.date_range("2024-02-05", periods=6, freq="D", tz="UTC")
    frame = pd.DataFrame({"open": price, "high": price, "low": price, "close": price}, index=days)

    class Once(fx.Strategy):
        def start(self, ctx):
            self.bar = 0

        def on_bar(self, ctx):
            if self.bar == 0:
                ctx.buy(volume_lots=0.1)
            elif self.bar == 3:
                ctx.close()
            self.bar += 1

    result = fx.backtest(
        Once(),
        fx.Bars.from_frame(frame, symbol="EURGBP", timeframe="D1"),
        costs=fx.Costs(spread_points=0, commission_per_lot=0, swap_long_points=0, swap_short_points=0),
        rates={"GBPUSD": pounds},
        max_age_ns=60 * 86_400 * 10**9,
    )
    assert result.trades["profit"].tolist() == [120.0]
