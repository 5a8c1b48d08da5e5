"""``forexai backtest``, ``report`` and ``trials``: the run is that of ``fx.backtest``, whatever names it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import forexai_core as fx
from forexai_core.cli import results
from forexai_core.services.trials import MemoryTrials

PARAMETERS = {"fast": 20, "slow": 50, "stop_loss_pips": 30, "take_profit_pips": 60}
OPTIONS = [part for name, value in PARAMETERS.items() for part in ("-p", f"{name}={value}")]
EURUSD = ("--symbol", "EURUSD", "--timeframe", "H1")
IDEA = '''
import forexai_core as fx


class Breakout(fx.Strategy):
    """Buy a new high."""

    lookback: int = fx.Param(20, ge=2, le=500)

    def on_bar(self, ctx: fx.Context) -> None:
        if not ctx.positions and ctx.bars.close[-1] > ctx.indicator("highest", self.lookback)[-2]:
            ctx.buy(volume_lots=0.1, stop_loss_pips=30, take_profit_pips=30)
'''


def expected(**options):
    strategy = fx.strategies.SmaCross(**PARAMETERS)
    return fx.backtest(strategy, fx.sample("EURUSD", "H1"), trials=MemoryTrials(), **options)


@pytest.fixture
def sampled(forexai, tmp_path):
    fx.export_prices(fx.sample("EURUSD", "H1")[:1500], tmp_path / "short.csv")
    forexai("data", "sample")
    return ("backtest", "sma-cross", "--data", "EURUSD_H1.csv.gz", *EURUSD)


def test_the_run_is_that_of_the_library_call(forexai, sampled, tmp_path):
    ended = forexai(*sampled, *OPTIONS, "--save", "r.json", "--html", "r.html", "--csv", "r.csv")
    assert ended.code == 0
    result = fx.load_result(tmp_path / "r.json")
    wanted = expected()
    assert result.result_fingerprint == wanted.result_fingerprint
    assert wanted.result_fingerprint in ended.out
    assert f"{wanted.metrics['net_profit']:,.2f} USD" in ended.out
    assert "catalogue default" in ended.out
    for name in ("r.json", "r.html", "r.csv"):
        assert f"written: {name}" in ended.out
        assert (tmp_path / name).stat().st_size > 1_000


def test_json_is_one_object_with_every_trade(forexai, sampled):
    ended = forexai(*sampled, *OPTIONS, "--json")
    document = ended.json
    wanted = expected()
    assert document["metrics"]["net_profit"] == wanted.metrics["net_profit"]
    assert len(document["trades"]) == len(wanted.trades)
    assert set(document["trades"][0]) == set(wanted.trades.dtype.names)
    assert document["trades"][0]["open_time_ns"] == str(wanted.trades[0]["open_time_ns"])
    assert document["trades"][0]["ticket"] == str(wanted.trades[0]["ticket"])
    assert document["trials"]["count"] == 1


def test_account_and_costs_are_taken(forexai, sampled):
    options = ("--balance", 25000, "--leverage", 30, "--mode", "netting", "--commission-per-lot", 3.5)
    costs = ("--slippage-points", 2, "--swap-long-points", -5, "--swap-short-points", 1, "--limit-fill", "open")
    document = forexai(*sampled, *OPTIONS, *options, *costs, "--json").json
    wanted = expected(
        account=fx.Account(balance=25_000, leverage=30, mode="netting"),
        costs=fx.Costs(commission_per_lot=3.5, slippage_points=2, swap_long_points=-5.0, swap_short_points=1.0),
        limit_fill="open",
    )
    assert document["result_fingerprint"] == wanted.result_fingerprint
    assert document["account"]["balance"] == 25_000


def test_conditions_are_taken(forexai, sampled, tmp_path):
    document = forexai(*sampled, *OPTIONS, "--path", "bridge", "--seed", 5, "--sessions", "enforce", "--json").json
    wanted = expected(path="bridge", seed=5, sessions="enforce")
    assert document["result_fingerprint"] == wanted.result_fingerprint
    settings = tmp_path / "venue.toml"
    settings.write_text('[execution]\nliquidity_lots = 0.05\nfilling = "ioc"\n', encoding="utf-8")
    document = forexai(*sampled, *OPTIONS, "--config", settings, "--latency-ms", 50, "--json").json
    execution = fx.Execution(latency_ms=50, liquidity_lots=0.05, filling="ioc")
    assert document["result_fingerprint"] == expected(execution=execution).result_fingerprint


def test_a_file_of_settings_and_options_over_it(forexai, sampled, tmp_path):
    (tmp_path / "settings").mkdir()
    (tmp_path / "EURUSD_H1.csv.gz").rename(tmp_path / "settings" / "prices.csv.gz")
    (tmp_path / "settings" / "run.toml").write_text(
        """
        [account]
        balance = 25000.0
        [costs]
        commission_per_lot = 9.0
        [parameters]
        fast = 5
        slow = 50
        stop_loss_pips = 30
        take_profit_pips = 60
        [data]
        file = "prices.csv.gz"
        symbol = "EURUSD"
        timeframe = "H1"
        """
    )
    options = ("--config", "settings/run.toml", "-p", "fast=20", "--commission-per-lot", 3.5)
    document = forexai("backtest", "sma-cross", *options, "--json").json
    wanted = expected(account=fx.Account(balance=25_000), costs=fx.Costs(commission_per_lot=3.5))
    assert document["result_fingerprint"] == wanted.result_fingerprint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[acount]\nbalance = 1.0", "'account'"),
        ("[account]\nbalanse = 1.0", "'balance'"),
        ("[account]\nmode = 'hedge'", "account.mode"),
        ("[account]\nbalance = -1.0", "balance"),
    ],
)
def test_wrong_settings_are_named(forexai, sampled, tmp_path, text, said):
    (tmp_path / "run.toml").write_text(text)
    ended = forexai(*sampled, "--config", "run.toml")
    assert ended.code == 2
    assert said in ended.err


def test_a_file_that_is_no_toml(forexai, sampled, tmp_path):
    (tmp_path / "run.toml").write_text("[account\n")
    ended = forexai(*sampled, "--config", "run.toml")
    assert ended.code == 2
    assert "run.toml: it is no TOML" in ended.err
    assert forexai(*sampled, "--config", "none.toml").code == 2


def test_prices_of_the_library_in_a_range(forexai, sampled):
    forexai("data", "import", "EURUSD_H1.csv.gz", *EURUSD)
    cut = ("--from", "2017-03-01", "--to", "2017-06-01")
    library = forexai("backtest", "sma-cross", *EURUSD, *cut, *OPTIONS, "--json").json
    file = forexai(*sampled, *cut, *OPTIONS, "--json").json
    assert library["result_fingerprint"] == file["result_fingerprint"]
    assert library["data"][0]["rows"] < 6_225


def test_bid_and_ask_files(forexai, tmp_path):
    bars = fx.sample("EURUSD", "H1")[:1500]
    frame = bars.to_frame()
    for side, shift in (("bid", 0.0), ("ask", 0.0002)):
        moved = frame[["open", "high", "low", "close", "volume"]].copy()
        moved[["open", "high", "low", "close"]] += shift
        moved.index.name = "timestamp"
        moved.to_csv(tmp_path / f"{side}.csv", date_format="%Y-%m-%dT%H:%M:%SZ", float_format="%.5f")
    document = forexai("backtest", "sma-cross", "--bid", "bid.csv", "--ask", "ask.csv", *EURUSD, "--json").json
    assert document["data"][0]["sides"] == "bid and ask"
    assert document["data"][0]["rows"] == len(bars)
    assert forexai("backtest", "sma-cross", "--bid", "bid.csv", *EURUSD).code == 2


def test_finer_prices_and_a_rate(forexai, sampled):
    forexai("data", "resample", "-d", "EURUSD_H1.csv.gz", *EURUSD, "--into", "H4", "-o", "h4.csv")
    asked = ("backtest", "sma-cross", "-d", "h4.csv", "-s", "EURUSD", "-t", "H4", *OPTIONS)
    finer = ("--finer", "EURUSD_H1.csv.gz", "--finer-timeframe", "H1")
    document = forexai(*asked, *finer, "--currency", "EUR", "--rate", "EURUSD=1.1", "--json").json
    assert "EURUSD H1" in document["assumptions"]["Finer prices"]
    assert document["account"]["currency"] == "EUR"
    assert forexai(*asked, "--rate", "EURUSD").code == 2


def test_limits_of_risk_come_from_the_file(forexai, sampled, tmp_path):
    (tmp_path / "run.toml").write_text("[risk]\nmax_volume_lots = 0.05\n")
    document = forexai(*sampled, *OPTIONS, "--config", "run.toml", "--json").json
    assert document["trades"] == []
    assert document["counts"]["refused_by_risk"] > 0


def test_a_class_in_a_file_and_in_a_module(forexai, sampled, tmp_path, monkeypatch):
    (tmp_path / "ideas.py").write_text(IDEA)
    monkeypatch.syspath_prepend(tmp_path)
    asked = ("--data", "short.csv", *EURUSD, "-p", "lookback=30", "--json")
    file = forexai("backtest", "ideas.py:Breakout", *asked).json
    module = forexai("backtest", "ideas:Breakout", *asked).json
    assert file["strategies"][0]["parameters"] == {"lookback": 30}
    assert file["trades"]
    assert file["trades"] == module["trades"]


@pytest.mark.parametrize(
    ("strategy", "options", "said"),
    [
        ("sma-cros", (), "'sma-cross'"),
        ("ideas.py:Breakot", (), "'Breakout'"),
        ("ideas.py:fx", (), "no strategy"),
        ("nowhere.py:Breakout", (), "nowhere.py"),
        ("no_such_module:Breakout", (), "no_such_module"),
        ("broken.py:Breakout", (), "line 1"),
        ("sma-cross", ("-p", "fats=3"), "'fast'"),
        ("sma-cross", ("-p", "fast=ten"), "fast is 'ten'"),
        ("sma-cross", ("-p", "fast=0"), "fast"),
        ("sma-cross", ("-p", "fast"), "name=value"),
        ("sma-cross", ("-p", "fast=1", "-p", "fast=2"), "twice"),
        ("ideas.py:Breakout", ("-p", "lookback=1"), "lookback"),
        ("sma-cross", ("--mode", "hedge"), "mode"),
        ("sma-cross", ("--pdf", "r.pdf"), ".pdf"),
        ("sma-cross", ("--html", "nowhere/r.html"), "nowhere"),
        ("rules.json", (), "rules.json"),
    ],
)
def test_wrong_use_is_named_before_anything_runs(forexai, sampled, tmp_path, strategy, options, said):
    (tmp_path / "ideas.py").write_text(IDEA)
    (tmp_path / "broken.py").write_text("def:\n")
    ended = forexai("backtest", strategy, "--data", "short.csv", *EURUSD, *options)
    assert ended.code == 2
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
    assert ended.out == ""


WRONG = """import forexai_core as fx


class Wrong(fx.Strategy):
    def start(self, ctx: fx.Context) -> None:
        {start}

    def on_bar(self, ctx: fx.Context) -> None:
        if len(ctx.bars) == 30:
            {on_bar}
"""
AT_BAR_30 = "EURUSD, at 2017-01-03T04:00:00Z: "


@pytest.mark.parametrize(
    ("slips", "line", "said"),
    [
        ({"on_bar": "1 / 0"}, 10, AT_BAR_30 + "ZeroDivisionError: division by zero"),
        (
            {"on_bar": "ctx.bye(volume_lots=0.1)"},
            10,
            AT_BAR_30 + "AttributeError: ctx has no 'bye'. Did you mean 'buy'?",
        ),
        ({"on_bar": "ctx.indicator('hihgest', 20)"}, 10, "Did you mean 'highest'"),
        ({"on_bar": "ctx.buy(volume_lots='much')"}, 10, AT_BAR_30),
        ({"start": "{}['fast']"}, 6, "KeyError: 'fast'"),
    ],
)
def test_a_slip_in_a_strategy_is_one_line_with_its_place(forexai, sampled, tmp_path, slips, line, said):
    file = tmp_path / "wrong.py"
    file.write_text(WRONG.format(**({"start": "pass", "on_bar": "pass"} | slips)))
    run = ("backtest", "wrong.py:Wrong", "--data", "short.csv", *EURUSD)
    ended = forexai(*run)
    assert ended.code == 2
    (error,) = [each for each in ended.err.splitlines() if each.startswith("error: ")]
    assert error.startswith(f"error: {file}, line {line}: ")
    assert said in error
    assert ended.out == ""


def test_debug_shows_the_way_to_a_slip(sampled, tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG.format(start="pass", on_bar="1 / 0"))
    run = ("backtest", "wrong.py:Wrong", "--data", "short.csv", *EURUSD)
    command = [sys.executable, "-m", "forexai_core.cli", "--debug", *run]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Traceback (most recent call last)" in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("error: ")


def test_a_contract_of_ones_own_and_limits_come_from_files(forexai, sampled, tmp_path):
    (tmp_path / "mine.toml").write_text(
        "symbol = 'MINE'\nbase_currency = 'EUR'\nprofit_currency = 'USD'\ndigits = 5\npip_size = 0.0001\n"
        "contract_size = 1_000\nspread_points = 7\n"
    )
    run = ("backtest", "sma-cross", "--data", "short.csv", "-s", "MINE", "-t", "H1", *OPTIONS, "--json")
    assert "--instrument FILE" in forexai(*run).err
    document = forexai(*run, "--instrument", "mine.toml", "--commission-per-lot", 0).json
    assert {cost["symbol"] for cost in document["costs"]} == {"MINE"}
    usual = forexai(*sampled, *OPTIONS, "--data", "short.csv", "--commission-per-lot", 0, "--json").json
    assert document["trades"][0]["open_time_ns"] == usual["trades"][0]["open_time_ns"]
    assert document["trades"][0]["profit"] == pytest.approx(usual["trades"][0]["profit"] / 100, abs=0.01)
    (tmp_path / "run.toml").write_text(
        "[data]\nfile = 'short.csv'\nsymbol = 'MINE'\ntimeframe = 'H1'\ninstrument = 'mine.toml'\n"
        "read = { max_file_bytes = 100 }\n"
    )
    ended = forexai("backtest", "sma-cross", "--config", "run.toml", *OPTIONS)
    assert ended.code == 3
    assert "more than the 100 allowed" in ended.err
    assert "--read max_file_bytes=…" in ended.err
    more = ("--read", "max_file_bytes=1_000_000", "--commission-per-lot", 0, "--json")
    assert (
        forexai("backtest", "sma-cross", "--config", "run.toml", *OPTIONS, *more).json["trades"] == document["trades"]
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mine.toml", "symbol = 'MINE'\n", "give base_currency, profit_currency, digits, pip_size, contract_size too"),
        ("mine.toml", "symbol = 'EURUSD'\npipsize = 1\n", "'pip_size'"),
        ("mine.toml", "symbol = 'EURUSD'\npip_size = -1\n", "pip_size must be a number above 0, not -1.0"),
        ("mine.toml", "symbol = 'EURUSD'\ndigits = 12\n", "digits"),
        ("mine.toml", "symbol = 'GBPUSD'\n", "--symbol is EURUSD"),
        ("mine.toml", "symbol = \n", "it is no TOML"),
        ("mine.json", "{'symbol'}", "it is no JSON"),
        ("mine.json", "[]", "one JSON object"),
        ("nowhere.toml", None, "nowhere.toml cannot be read"),
    ],
)
def test_a_wrong_contract_is_wrong_use(forexai, sampled, tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_text(content)
    ended = forexai("backtest", "sma-cross", "--data", "short.csv", *EURUSD, "--instrument", name)
    assert ended.code == 2
    assert said in ended.err


def test_a_contract_replaces_parts_of_the_catalogues(forexai, sampled, tmp_path):
    (tmp_path / "mine.json").write_text('{"symbol": "EURUSD", "commission_per_lot": 2.5, "sessions": [{"weekday": 6}]}')
    run = (*sampled, *OPTIONS, "--instrument", "mine.json", "--json")
    costs = {cost["name"]: cost for cost in forexai(*run).json["costs"]}
    assert costs["commission"]["value"] == 2.5
    assert "default" not in costs["commission"]["source"]


def test_an_estimate_does_not_read_as_a_bound(forexai, sampled):
    ended = forexai(*sampled, *OPTIONS)
    (line,) = [each for each in ended.out.splitlines() if "no certified bound" in each]
    assert line.startswith("Net profit, estimated")
    assert " about " in line
    assert "between" not in line


@pytest.mark.parametrize(
    ("worst", "best", "proven", "in_doubt", "row"),
    [
        ("5.00 USD", "5.00 USD", True, 0, ("Net profit, certified", "at 5.00 USD; no trade in doubt")),
        ("-1 USD", "5 USD", True, 2, ("Net profit, certified", "between -1 USD and 5 USD; 2 trades in doubt")),
        (
            "-1 USD", "5 USD", False, 1,
            ("Net profit, estimated", "about -1 USD to 5 USD; 1 trade in doubt by the bars, no certified bound"),
        ),
    ],
)  # fmt: skip
def test_the_range_of_the_net_profit_in_words(worst, best, proven, in_doubt, row):
    assert results._range_row(worst, best, proven=proven, in_doubt=in_doubt) == row


def test_prices_must_be_said(forexai):
    ended = forexai("backtest", "sma-cross", "--symbol", "EURUSD")
    assert (ended.code, "--timeframe" in ended.err) == (2, True)
    ended = forexai("backtest", "sma-cross", *EURUSD)
    assert (ended.code, "library" in ended.err) == (3, True)


def test_no_trade_is_said(forexai, sampled):
    ended = forexai("backtest", "sma-cross", "--data", "short.csv", *EURUSD, "-p", "slow=5000")
    assert ended.code == 0
    assert "no trade was made" in ended.err


def test_compiling_is_announced(forexai, sampled, monkeypatch):
    monkeypatch.setattr("forexai_core._jit.is_compiled", lambda _: False)
    ended = forexai(*sampled)
    assert "compiling the engine for this machine, once" in ended.err
    monkeypatch.setattr("forexai_core._jit.is_compiled", lambda _: True)
    assert "compiling" not in forexai(*sampled).err


def test_a_saved_result_is_shown_and_reported(forexai, sampled, tmp_path):
    forexai(*sampled, *OPTIONS, "--save", "r.json")
    ended = forexai("report", "r.json", "--html", "again.html")
    assert ended.code == 0
    assert expected().result_fingerprint in ended.out
    assert (tmp_path / "again.html").exists()
    assert forexai("report", "r.json", "--json").json["metrics"]["total_trades"] == len(expected().trades)
    text = (tmp_path / "r.json").read_text()
    (tmp_path / "edited.json").write_text(text.replace('"net_profit":', '"net_profit": 1', 1))
    assert forexai("report", "edited.json").code == 3
    assert forexai("report", "none.json").code == 3


def test_rules_in_a_file(forexai, sampled, tmp_path):
    def average(period):
        return {"kind": "indicator", "name": "sma", "parameters": {"period": period}}

    def cross(direction):
        return {"kind": "crosses", "left": average(20), "direction": direction, "right": average(50)}

    rules = {
        "schema_version": 1,
        "name": "turns",
        "entry_long": cross("above"),
        "entry_short": cross("below"),
        "sizing": {"kind": "volume", "volume_lots": 0.1},
        "stop_loss": {"kind": "pips", "value": 30},
        "take_profit": {"kind": "pips", "value": 60},
    }
    (tmp_path / "turns.json").write_text(json.dumps(rules))
    asked = ("backtest", "turns.json", "--data", "EURUSD_H1.csv.gz", *EURUSD)
    assert forexai(*asked, "--json").json["result_fingerprint"] == expected().result_fingerprint
    ended = forexai(*asked, "-p", "fast=3")
    assert (ended.code, "rules take no parameters" in ended.err) == (2, True)
    (tmp_path / "turns.json").write_text('{"schema_version": 1, "name": "turns"}')
    assert forexai(*asked).code == 2


def test_every_run_is_counted_and_verified(forexai, sampled, tmp_path):
    forexai(*sampled, "--save", "one.json")
    forexai(*sampled, "-p", "fast=10", "--save", "two.json")
    listed = forexai("trials", "list", "--json").json
    assert [each["idea"]["strategy"] for each in listed["newest"]] == ["sma-cross", "sma-cross"]
    assert "2 trials" in forexai("trials", "list").out
    assert forexai("trials", "list", "--strategy", "other", "--json").json["newest"] == []
    assert forexai("trials", "verify", "two.json").code == 0
    ledger = tmp_path / "home" / "forexai" / "trials.txt"
    lines = ledger.read_text().splitlines(keepends=True)
    ledger.write_text(lines[0])
    assert forexai("trials", "verify", "one.json").code == 0
    ended = forexai("trials", "verify", "two.json", "--json")
    assert (ended.code, ended.json["sound"]) == (1, False)
    ledger.write_text(lines[0].replace("H1", "H4") + lines[1])
    assert forexai("trials", "verify").code == 1


def test_a_ledger_of_ones_own(forexai, sampled, tmp_path):
    assert forexai(*sampled, "--ledger", "own.txt").code == 0
    assert forexai("trials", "list", "--ledger", "own.txt", "--json").json["trials"] == 1
    assert not (tmp_path / "home" / "forexai" / "trials.txt").exists()
    assert forexai("trials", "verify", "--ledger", "none.txt").code == 2


def test_json_holds_no_number_that_doubles_round(forexai, sampled):
    def walk(value):
        if isinstance(value, dict):
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)
        else:
            assert not isinstance(value, int) or abs(value) <= 2**53

    walk(json.loads(forexai(*sampled, "--json").out))
