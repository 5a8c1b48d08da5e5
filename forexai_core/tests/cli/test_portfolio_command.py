"""``forexai backtest --config`` with several strategies: the run is that of ``fx.backtest`` with sleeves."""

from __future__ import annotations

import pytest

import forexai_core as fx
from forexai_core.services.trials import MemoryTrials

PORTFOLIO = """
[account]
balance = 20000.0
[costs]
spread_points = 8
[[feeds]]
source = "file"
path = "euro.csv"
symbol = "EURUSD"
timeframe = "M15"
timezone = "UTC"
[[feeds]]
path = "pound.csv"
symbol = "GBPUSD"
timeframe = "M15"
timezone = "UTC"
costs = { spread_points = 15 }
[[strategies]]
sleeve = "trend"
account = "main"
name = "sma-cross"
symbol = "EURUSD"
timeframe = "H1"
parameters = { fast = 3, slow = 9, stop_loss_pips = 30 }
[[strategies]]
name = "sma-cross"
symbol = "GBPUSD"
parameters = { fast = 4, slow = 11 }
[[strategies]]
name = "ideas.py:Breakout"
symbol = "EURUSD"
"""
IDEAS = """
import forexai_core as fx


class Breakout(fx.Strategy):
    def on_bar(self, ctx: fx.Context) -> None:
        if not ctx.positions and ctx.bars.close[-1] > ctx.indicator("highest", 20)[-2]:
            ctx.buy(volume_lots=0.1, stop_loss_pips=30, take_profit_pips=30)


class Other(Breakout):
    pass
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with all that the file names; the command runs in another one."""
    home = tmp_path / "portfolio"
    home.mkdir()
    for name, symbol, seed in (("euro", "EURUSD", 1), ("pound", "GBPUSD", 2)):
        bars = fx.synthetic(symbol, "M15", bars=600, seed=seed)
        fx.export_prices(bars, home / f"{name}.csv")
    (home / "ideas.py").write_text(IDEAS, encoding="utf-8")
    (home / "p.toml").write_text(PORTFOLIO, encoding="utf-8")
    return home


def test_the_run_is_that_of_the_library_call(forexai, folder, tmp_path):
    ended = forexai("backtest", "--config", folder / "p.toml", "--save", "r.json", "--html", "r.html", "--csv", "r.csv")
    assert ended.code == 0, ended.err
    result = fx.load_result(tmp_path / "r.json")
    bars = {
        symbol: fx.read_bars(folder / f"{name}.csv", symbol=symbol, timeframe="M15", timezone="UTC")
        for name, symbol in (("euro", "EURUSD"), ("pound", "GBPUSD"))
    }
    cross = fx.strategies.SmaCross
    names = {}
    exec(compile(IDEAS, "ideas", "exec"), names)
    wanted = fx.backtest(
        [
            fx.Sleeve("trend", cross(fast=3, slow=9, stop_loss_pips=30), symbol="EURUSD", timeframe="H1"),
            fx.Sleeve("sma-cross GBPUSD", cross(fast=4, slow=11), symbol="GBPUSD"),
            fx.Sleeve("Breakout", names["Breakout"](), symbol="EURUSD"),
        ],
        bars,
        account=fx.Account(balance=20_000),
        costs={"EURUSD": fx.Costs(spread_points=8), "GBPUSD": fx.Costs(spread_points=15)},
        trials=MemoryTrials(),
    )
    assert len(wanted.trades) > 20
    assert result.result_fingerprint == wanted.result_fingerprint
    for name, part in wanted.attribution.items():
        assert f"  {name}" in ended.out
        assert f"{len(part.trades)} trades, net profit {part.net_profit:,.2f} USD" in ended.out
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "What each strategy made" in page
    assert "sma-cross GBPUSD" in page
    assert "trend" in (tmp_path / "r.csv").read_text(encoding="utf-8")


def test_json_tells_what_each_made(forexai, folder):
    document = forexai("backtest", "--config", folder / "p.toml", "--json").json
    made = document["attribution"]
    assert list(made) == ["trend", "sma-cross GBPUSD", "Breakout"]
    assert sum(part["trades"] for part in made.values()) == len(document["trades"])
    net = sum(part["net_profit"] for part in made.values())
    assert net == pytest.approx(document["metrics"]["net_profit"], abs=1e-6)
    assert {trade["strategy"] for trade in document["trades"]} == set(made)


@pytest.mark.parametrize(
    ("arguments", "change", "said"),
    [
        (["sma-cross"], None, "leave out sma-cross"),
        (["-p", "fast=3"], None, "its own parameters"),
        ([], ('account = "main"', 'account = "main"\nnonsense = 1'), "nonsense"),
        ([], ('symbol = "GBPUSD"\nparameters', 'symbol = "GBPUSD"\naccount = "other"\nparameters'), "one account"),
        ([], ('symbol = "GBPUSD"\ntimeframe', 'symbol = "EURUSD"\ntimeframe'), "EURUSD stands twice"),
        ([], ('path = "euro.csv"\n', ""), "comes from a file"),
    ],
)
def test_what_does_not_fit(forexai, folder, arguments, change, said):
    if change is not None:
        assert change[0] in PORTFOLIO
        (folder / "p.toml").write_text(PORTFOLIO.replace(*change, 1), encoding="utf-8")
    ended = forexai("backtest", *arguments, "--config", folder / "p.toml")
    assert ended.code == 2
    assert said in ended.err


def test_one_strategy_has_to_be_named(forexai, folder):
    ended = forexai("backtest", "--data", folder / "euro.csv", "-s", "EURUSD", "-t", "M15", "--timezone", "UTC")
    assert ended.code == 2
    assert "[[strategies]]" in ended.err
