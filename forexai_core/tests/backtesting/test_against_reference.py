"""The whole backtest against the plain-Python one: every field of every trade and of every equity row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from against_reference import compare_cross

import forexai_core as fx

MODES = ("hedging", "netting")
CROSS = {"fast": 20, "slow": 50, "stop_loss_pips": 30, "take_profit_pips": 60, "volume_lots": 0.10}
QUICK = {"fast": 4, "slow": 11, "stop_loss_pips": 6, "take_profit_pips": 9, "volume_lots": 0.37}
DEAR = fx.Costs(commission_per_lot=3.5, slippage_points=2, swap_long_points=-5.3, swap_short_points=1.7)


def agree(
    bars: dict[str, fx.Bars],
    parameters: dict[str, Any],
    costs: fx.Costs | None = None,
    *,
    least: int = 20,
    account: fx.Account | None = None,
    **options: Any,
) -> fx.Result:
    same = dict.fromkeys(bars, costs or fx.Costs())
    result, found = compare_cross(bars, parameters, account=account or fx.Account(), costs=same, **options)
    assert found == []
    assert len(result.trades) >= least
    return result


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "file" in metafunc.fixturenames:
        folder = metafunc.config.getoption("--prices")
        files = (
            [None]
            if folder is None
            else sorted([*Path(folder).glob("*_H1.csv*"), *Path(folder).glob("*_M1_bid*.csv*")])
        )
        metafunc.parametrize("file", files, ids=lambda file: "sample" if file is None else file.name)


def prices_of(file: Path | None) -> fx.Bars:
    if file is None:
        return fx.sample("EURUSD", "H1")
    symbol, timeframe = file.name.partition(".")[0].split("_")[:2]
    if "_bid" in file.name:
        return fx.read_bars(
            bid=file, ask=file.with_name(file.name.replace("_bid", "_ask")), symbol=symbol, timeframe=timeframe
        )
    return fx.read_bars(file, symbol=symbol, timeframe=timeframe, timezone="new-york+7")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.timeout(600)
def test_price_files(file: Path | None, mode: str) -> None:
    bars = prices_of(file)
    result = agree({bars.symbol: bars}, CROSS, account=fx.Account(mode=mode))
    assert set(result.trades["close_reason"]) >= {"signal", "stop_loss", "take_profit"}


@pytest.mark.parametrize("mode", MODES)
def test_sample_with_every_cost(mode: str) -> None:
    result = agree({"EURUSD": fx.sample("EURUSD", "H1")[:3000]}, QUICK, DEAR, account=fx.Account(mode=mode))
    assert (result.trades["swap"] != 0).any()
    assert result.trades["ambiguous"].any()


@pytest.mark.parametrize("symbol", ["USDJPY", "XAUUSD", "USDCAD", "BTCUSD", "US500"])
def test_synthetic_markets(symbol: str) -> None:
    bars = fx.synthetic(symbol, "H1", bars=2_500, seed=3)
    volume = {"US500": 1.0, "BTCUSD": 0.02}.get(symbol, 0.1)
    wide = {"XAUUSD": 60, "BTCUSD": 900, "US500": 25}.get(symbol, 25)
    parameters = {"fast": 6, "slow": 21, "stop_loss_pips": wide, "take_profit_pips": 2 * wide, "volume_lots": volume}
    rates = {"USDCAD": 1.3615} if symbol == "USDCAD" else None
    agree({symbol: bars}, parameters, fx.Costs(slippage_points=1), account=fx.Account(balance=50_000), rates=rates)


def test_no_stops_at_all() -> None:
    bars = fx.synthetic("EURUSD", "M15", bars=3_000, seed=11)
    agree({"EURUSD": bars}, {"fast": 5, "slow": 20, "volume_lots": 0.5})


def test_account_that_is_stopped_out() -> None:
    bars = fx.synthetic("EURUSD", "H1", bars=3_000, seed=5)
    parameters = {"fast": 5, "slow": 20, "volume_lots": 1.0}
    account = fx.Account(balance=1_500, leverage=100, stop_out=90, margin_call=100)
    result = agree({"EURUSD": bars}, parameters, least=1, account=account)
    assert "stop_out" in result.trades["close_reason"]


def test_limits_filled_at_the_open() -> None:
    bars = fx.synthetic("GBPUSD", "H1", bars=2_000, seed=6)
    agree({"GBPUSD": bars}, {**QUICK, "fast": 6}, DEAR, limit_fill="open")


def test_cross_rates_from_bars() -> None:
    bars = fx.synthetic("EURGBP", "H1", bars=2_000, seed=8)
    rates = {
        "GBPUSD": fx.synthetic("GBPUSD", "H1", bars=2_200, seed=9),
        "EURUSD": fx.synthetic("EURUSD", "H1", bars=2_200, seed=10),
    }
    agree({"EURGBP": bars}, {**QUICK, "fast": 6}, fx.Costs(spread_points=9), rates=rates)


def test_two_symbols_on_one_account() -> None:
    bars = {
        "EURUSD": fx.synthetic("EURUSD", "H1", bars=1_500, seed=1),
        "USDJPY": fx.synthetic("USDJPY", "H1", bars=1_500, seed=2),
    }
    result = agree(bars, {"fast": 6, "slow": 21, "stop_loss_pips": 20, "take_profit_pips": 40, "volume_lots": 0.2})
    assert set(result.trades["symbol"]) == {"EURUSD", "USDJPY"}


@pytest.mark.parametrize("mode", MODES)
def test_finer_bars(mode: str) -> None:
    fine = fx.synthetic("EURUSD", "M1", bars=20_000, seed=21)
    coarse = fx.resample(fine, "H1")
    parameters = {"fast": 3, "slow": 7, "stop_loss_pips": 6, "take_profit_pips": 8, "volume_lots": 0.3}
    account = fx.Account(mode=mode)
    inside = agree({"EURUSD": coarse}, parameters, DEAR, account=account, fine={"EURUSD": fine})
    alone = agree({"EURUSD": coarse}, parameters, DEAR, account=account)
    assert inside.trades["ambiguous"].sum() <= alone.trades["ambiguous"].sum()


def test_finer_ticks() -> None:
    ticks = fx.sample("EURUSD", "tick")[:20_000]
    parameters = {"fast": 3, "slow": 8, "stop_loss_pips": 4, "take_profit_pips": 5, "volume_lots": 0.3}
    bars = fx.resample(ticks, "M5")
    agree({"EURUSD": bars}, parameters, fx.Costs(slippage_points=1), least=2, fine={"EURUSD": ticks})


def test_step_and_batch_are_the_same_run() -> None:
    bars = {"EURUSD": fx.sample("EURUSD", "H1")[:2_000]}
    batch = agree(bars, QUICK, DEAR, drive="batch")
    step = agree(bars, QUICK, DEAR, drive="step")
    assert batch.result_fingerprint == step.result_fingerprint
