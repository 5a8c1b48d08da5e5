"""Margins and profits against the examples of MetaTrader 5's documents, to the cent."""

from __future__ import annotations

import pytest
from simulated_terminal import Bench

from forexai_mt5.terms import constants as c

NAMES = ("EURUSD", "GBPUSD", "USDJPY", "EURJPY", "GBPJPY", "XAUUSD", "USTEC", "BTCUSD")


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(symbols=NAMES)


# Account in USD, 1:100; EURUSD at 1.0991 and GBPUSD at 1.2273.
MARGINS = [
    ("EURUSD", c.ORDER_TYPE_BUY, 0.1, 1.0991, 109.91),
    ("GBPUSD", c.ORDER_TYPE_BUY, 0.1, 1.2273, 122.73),
    ("USDJPY", c.ORDER_TYPE_BUY, 0.1, 107.883, 100.0),
    ("EURJPY", c.ORDER_TYPE_BUY, 0.1, 118.51, 109.91),  # from EUR by EURUSD
    ("GBPJPY", c.ORDER_TYPE_BUY, 0.1, 132.41, 122.73),  # from GBP by GBPUSD
    ("GBPUSD", c.ORDER_TYPE_BUY, 1.0, 1.31668, 1_316.68),
    ("GBPUSD", c.ORDER_TYPE_BUY_LIMIT, 1.0, 1.31568, 1_315.68),  # at the order's own price
    # By hand, from the formulas.
    ("GBPUSD", c.ORDER_TYPE_SELL, 1.0, 1.31668, 1_316.68),
    ("GBPUSD", c.ORDER_TYPE_SELL_STOP, 1.0, 1.31568, 1_315.68),
    ("EURUSD", c.ORDER_TYPE_BUY, 0.015, 1.1, 16.5),  # a volume off the step is calculated all the same
    ("XAUUSD", c.ORDER_TYPE_BUY, 0.1, 1_800.0, 180.0),  # 0.1 * 100 / 100 * 1800
    ("USTEC", c.ORDER_TYPE_BUY, 0.1, 12_000.0, 1_200.0),  # 0.1 * 1 * 12000 * 0.01 / 0.01
    ("BTCUSD", c.ORDER_TYPE_BUY, 0.1, 30_000.0, 990.0),  # 0.1 * 30000 * 0.33
]

# One lot, 300 points; USDJPY at 107.880/107.883 closes at 108.183 a buy, at 107.580 a sell.
PROFITS = [
    ("EURUSD", c.ORDER_TYPE_BUY, 1.0, 1.0991, 1.1021, 300.0),
    ("EURUSD", c.ORDER_TYPE_SELL, 1.0, 1.0990, 1.0960, 300.0),
    ("GBPUSD", c.ORDER_TYPE_BUY, 1.0, 1.2273, 1.2303, 300.0),
    ("GBPUSD", c.ORDER_TYPE_SELL, 1.0, 1.2272, 1.2242, 300.0),
    ("USDJPY", c.ORDER_TYPE_BUY, 1.0, 108.183, 108.483, 276.54),  # by the closing price
    ("USDJPY", c.ORDER_TYPE_SELL, 1.0, 108.179, 107.879, 278.09),
    # By hand.
    ("USDJPY", c.ORDER_TYPE_BUY, 1.0, 108.483, 108.183, -277.31),  # -30000 / 108.183
    ("EURJPY", c.ORDER_TYPE_BUY, 1.0, 118.51, 118.81, 278.08),  # 30000 JPY sold: USDJPY's ask 107.883
    ("EURJPY", c.ORDER_TYPE_SELL, 1.0, 118.51, 118.81, -278.09),  # bought: its bid 107.880
    ("XAUUSD", c.ORDER_TYPE_BUY, 0.5, 1_800.0, 1_810.5, 525.0),
    ("USTEC", c.ORDER_TYPE_SELL, 2.0, 12_000.0, 11_990.0, 20.0),
    ("BTCUSD", c.ORDER_TYPE_BUY, 0.01, 30_000.0, 29_900.0, -1.0),
    ("EURUSD", c.ORDER_TYPE_BUY, 0.015, 1.1, 1.101, 1.5),
]


@pytest.mark.parametrize(("name", "kind", "lots", "price", "expected"), MARGINS)
def test_margin(bench: Bench, *, name: str, kind: int, lots: float, price: float, expected: float) -> None:
    assert bench.mt5.order_calc_margin(kind, name, lots, price) == expected


@pytest.mark.parametrize(("name", "kind", "lots", "opened", "closed", "expected"), PROFITS)
def test_profit(
    bench: Bench, *, name: str, kind: int, lots: float, opened: float, closed: float, expected: float
) -> None:
    assert bench.mt5.order_calc_profit(kind, name, lots, opened, closed) == expected


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", [1, -1])
def test_what_is_calculated_is_what_is_bound_and_made(name: str, side: int) -> None:
    bench = Bench(symbols=NAMES, changes={"USTEC": {"filling_mask": 3}, "BTCUSD": {"filling_mask": 3}})
    before = bench.mt5.symbol_info_tick(name)
    assert before is not None
    kind = c.ORDER_TYPE_BUY if side > 0 else c.ORDER_TYPE_SELL
    opened = before.ask if side > 0 else before.bid
    margin = bench.mt5.order_calc_margin(kind, name, 0.1, opened)
    result = bench.deal(name, side, 0.1)
    account = bench.mt5.account_info()
    assert account is not None
    assert account.margin == margin
    assert result.price == opened
    closed = round(opened * 1.001, bench.symbols[name].instrument.digits)
    bench.quote(name, closed, closed)
    profit = bench.mt5.order_calc_profit(kind, name, 0.1, opened, closed)
    positions = bench.mt5.positions_get(symbol=name)
    assert positions is not None
    assert positions[0].profit == profit
    bench.deal(name, -side, 0.1, position=positions[0].ticket)
    assert bench.history()[-1].profit == profit
