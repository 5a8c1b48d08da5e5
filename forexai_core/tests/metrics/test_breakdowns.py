"""Hours, weekdays, sessions and months of trades, by the clock they are meant in."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from forexai_core.arrays import TRADE
from forexai_core.metrics import BREAKDOWNS, SESSIONS, breakdowns, session_of
from forexai_core.values.clocks import UTC_CLOCK


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000_000


def trade(opened: str, closed: str, net: float, side: int = 1, symbol: str = "EURUSD") -> np.ndarray:
    row = np.zeros(1, TRADE)
    row["open_time_ns"], row["close_time_ns"], row["net_profit"] = at(opened), at(closed), net
    row["side"], row["symbol"] = side, symbol
    return row


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2024-01-10T07:59:59", "Asia"),
        ("2024-01-10T08:00:00", "London"),
        ("2024-01-10T12:59:59", "London"),
        ("2024-01-10T13:00:00", "New York"),
        ("2024-01-10T21:59:59", "New York"),
        ("2024-01-10T22:00:00", "Asia"),
        ("2024-01-10T23:30:00", "Asia"),
        ("2024-01-11T00:30:00", "Asia"),
        ("2024-07-10T07:00:00", "London"),  # summer time in both
        ("2024-07-10T12:00:00", "New York"),
        ("2024-03-15T12:00:00", "New York"),  # New York has changed, London has not
        ("2024-03-15T07:59:00", "Asia"),
        ("2024-03-15T21:00:00", "Asia"),
    ],
)
def test_the_session_that_opened_last(moment: str, session: str) -> None:
    assert SESSIONS[int(session_of(np.array([at(moment)]))[0])] == session


def test_slices_of_known_trades() -> None:
    trades = np.concatenate(
        [
            trade("2024-01-31T21:30", "2024-01-31T22:30", 10.0),  # Wednesday 23:30, closed in February by the clock
            trade("2024-02-01T22:30", "2024-02-05T10:00", -4.0, side=-1, symbol="GBPUSD"),  # Friday 00:30
            trade("2024-02-05T09:30", "2024-02-05T10:00", -6.0),  # Monday 11:30, London
        ]
    )
    parts = breakdowns(trades)
    assert tuple(parts) == BREAKDOWNS
    assert {part.label: part.net_profit for part in parts["hour"] if part.trades} == {"23": 10, "00": -4, "11": -6}
    assert len(parts["hour"]) == 24
    assert [part.net_profit for part in parts["weekday"]] == [-6.0, 0.0, 10.0, 0.0, -4.0]
    assert [(part.label, part.net_profit) for part in parts["session"]] == [
        ("Asia", -4.0),
        ("London", -6.0),
        ("New York", 10.0),
    ]
    assert [(part.label, part.trades) for part in parts["month"]] == [("2024-02", 3)]
    assert [(part.label, part.net_profit) for part in parts["symbol"]] == [("EURUSD", 4.0), ("GBPUSD", -4.0)]
    buy, sell = parts["side"]
    assert (buy.trades, buy.wins, buy.losses, buy.profit_factor) == (2, 1, 1, pytest.approx(10 / 6))
    assert (sell.win_rate, sell.expectancy, sell.profit_factor) == (0.0, -4.0, 0.0)


def test_another_clock_moves_hours_and_months() -> None:
    parts = breakdowns(trade("2024-01-31T21:30", "2024-01-31T22:30", 10.0), clock=UTC_CLOCK)
    assert [part.label for part in parts["hour"] if part.trades] == ["21"]
    assert [part.label for part in parts["month"]] == ["2024-01"]


def test_no_trades_leave_empty_slices() -> None:
    parts = breakdowns(np.zeros(0, TRADE))
    assert [len(parts[name]) for name in BREAKDOWNS] == [24, 5, 3, 0, 0, 2]
    assert all(part.win_rate is None and part.net_profit == 0 for part in parts["hour"])


def test_weekends_appear_where_trades_have_them() -> None:
    parts = breakdowns(trade("2024-02-03T12:00", "2024-02-03T13:00", 1.0))
    assert [part.label for part in parts["weekday"]][-2:] == ["Saturday", "Sunday"]
