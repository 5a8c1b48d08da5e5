"""`forexai run`, `replay`, `drift` and `why`: a session from its file to its explanation."""

from __future__ import annotations

import json
import struct
import zlib
from decimal import Decimal

import numpy as np
import pytest

import forexai_core as fx
from forexai_core.services.journal_frames import whole_frames

pytestmark = pytest.mark.kernels

FILE = """
schema_version = 1
[session]
clock = "{clock}"{speed}
journal = "journal"
{more}
[[accounts]]
name = "main"
broker = "paper"
balance = 20000.0
[accounts.costs]
spread_points = 10
[[feeds]]
source = "file"
path = "prices.csv"
symbol = "EURUSD"
timeframe = "H1"
timezone = "UTC"
[[strategies]]
name = "sma-cross"
timeframe = "H1"
parameters = {{ fast = {fast}, slow = 15, stop_loss_pips = 30, take_profit_pips = 60, volume_lots = 0.1 }}
[risk]
{risk}
"""


@pytest.fixture
def session(tmp_path):
    """Write prices and a session over them."""
    bars = fx.synthetic("EURUSD", "H1", bars=400, seed=5)
    frame = bars.to_frame()
    frame.to_csv(tmp_path / "prices.csv")

    def write(*, clock="replay", fast=5, risk="max_positions = 3", more=""):
        path = tmp_path / "session.toml"
        speed = "\nspeed = 1000000" if clock == "accelerated" else ""
        path.write_text(FILE.format(clock=clock, speed=speed, fast=fast, risk=risk, more=more), encoding="utf-8")
        return path

    write.bars = fx.read_bars(tmp_path / "prices.csv", symbol="EURUSD", timeframe="H1", timezone="UTC")
    return write


def test_a_session_file_gives_the_trades_of_the_same_backtest(forexai, session):
    ended = forexai("run", session(), "--json")
    assert ended.code == 0, ended.err
    strategy = fx.strategies.SmaCross(fast=5, slow=15, stop_loss_pips=30, take_profit_pips=60, volume_lots=0.1)
    result = fx.backtest(
        strategy,
        session.bars,
        account=fx.Account(balance=20_000),
        costs=fx.Costs(spread_points=10),
        risk=fx.Risk.of_session(max_positions=3),
    )
    assert len(result.trades) > 10
    answer = ended.json
    assert set(answer) >= {"trades", "accounts", "decisions", "halted"}
    assert answer["decisions"] == len(session.bars)
    assert answer["accounts"][0]["balance"] == result.equity["balance"][-1]
    for name in result.trades.dtype.names:
        given = [each[name] for each in answer["trades"]]
        wanted = result.trades[name].tolist()
        if name != "strategy":
            assert given == [str(each) if name.endswith(("_ns", "ticket")) else each for each in wanted], name
    assert {each["strategy"] for each in answer["trades"]} == {"sma-cross"}


def test_a_journal_is_decided_anew_and_a_change_is_found(forexai, session, tmp_path):
    forexai("run", session())
    same = forexai("replay", "journal", "--json")
    assert same.code == 0
    assert same.json["accounts"][0]["equal"]
    assert same.json["accounts"][0]["records"] > 400
    again = forexai("run", session())
    assert "run-00002" in again.out
    written = [_decisions(tmp_path / "journal" / run) for run in ("run-00001", "run-00002")]
    assert written[0] == written[1]
    prices = tmp_path / "prices.csv"
    prices.write_text("".join(prices.read_text().splitlines(keepends=True)[:-1]), encoding="utf-8")
    changed = forexai("replay", "journal")
    assert changed.code == 3
    assert "not the prices" in changed.err
    _tamper(tmp_path / "journal" / "run-00002", b'"fast":5', b'"fast":6')
    assert forexai("replay", "journal").code == 3


def _segment_of(journal):
    """The file of the decisions of a journal's only run."""
    (part,) = [path for path in journal.rglob("*.fxj") if b'"kind":"decision"' in path.read_bytes()]
    return part


def test_a_journal_without_its_end_is_never_all_equal(forexai, session, tmp_path):
    forexai("run", session())
    whole = forexai("replay", "journal", "--json").json["accounts"][0]
    assert whole["equal"]
    assert whole["ending"] == "over"
    part = _segment_of(tmp_path / "journal")
    content = part.read_bytes()
    ends = [frame.end for frame in whole_frames(content, first_sequence=1, place="here")]
    for size in (len(content) // 2, ends[-2], ends[-2] + 9, ends[-1] - 1):
        part.write_bytes(content[:size])
        cut = forexai("replay", "journal", "--json")
        assert cut.code == 1
        (account,) = cut.json["accounts"]
        assert not account["equal"]
        assert account["ending"] is None
        assert 0 < account["last"] < whole["last"]
        assert account["records"] <= whole["records"]
        assert ("torn" in account) == (size not in ends)
        told = forexai("replay", "journal")
        assert told.code == 1
        assert "all equal" not in told.out
        assert f"ends with record {account['last']}" in told.out
        assert ("did not come to its end" in told.out) == (size not in ends)
        assert part.read_bytes() == content[:size]


def test_a_journal_that_is_damaged_in_the_middle_is_an_error_that_names_the_place(forexai, session, tmp_path):
    forexai("run", session())
    part = _segment_of(tmp_path / "journal")
    content = part.read_bytes()
    frame = whole_frames(content, first_sequence=1, place="here")[1]
    at = (frame.entries_at + frame.end) // 2
    damaged = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    part.write_bytes(damaged)
    for asked in (("replay", "journal"), ("why", "journal", "--at", "2030-01-01"), ("drift", "journal")):
        told = forexai(*asked)
        assert told.code == 3
        assert f"{part.relative_to(tmp_path)}, byte {frame.start}: a record" in told.err
        assert "backup" in told.err
    told = forexai("run", session(), "--resume")
    assert told.code == 3
    assert str(part.relative_to(tmp_path)) in told.err
    assert part.read_bytes() == damaged


def test_a_journal_that_goes_on_after_the_session_had_counted_its_decisions_is_found(forexai, session, tmp_path):
    forexai("run", session())
    part = _segment_of(tmp_path / "journal")
    content = part.read_bytes()
    before, now = b'{"decisions":400,"kind":"ended"', b'{"decisions":401,"kind":"ended"'
    assert content.count(before) == 1
    last = whole_frames(content, first_sequence=1, place="here")[-1]
    rest = content[last.start + 12 : last.end].replace(before, now)
    checksum = zlib.crc32(rest, zlib.crc32(struct.pack("<I", len(rest))))
    part.write_bytes(content[: last.start] + struct.pack("<4sII", b"FXJ1", len(rest), checksum) + rest)
    told = forexai("replay", "journal")
    assert told.code == 3
    assert "counted 401 decisions at its end, and 400 stand" in told.err


IDEA = """
import forexai_core as fx

class Idea(fx.Strategy):
    every: int = 30

    def on_bar(self, ctx):
        if len(ctx.bars.close) % self.every == {when}:
            ctx.close()
            ctx.buy(volume_lots=0.1, stop_loss_pips=40)
"""


def test_a_strategy_that_was_changed_decides_otherwise(forexai, session, tmp_path):
    path = session()
    text = path.read_text().replace('"sma-cross"', '"idea.py:Idea"')
    path.write_text(text[: text.index("parameters")] + text[text.index("[risk]") :], encoding="utf-8")
    (tmp_path / "idea.py").write_text(IDEA.format(when=3), encoding="utf-8")
    assert forexai("run", path).code == 0
    assert forexai("replay", "journal").code == 0
    (tmp_path / "idea.py").write_text(IDEA.format(when=14), encoding="utf-8")  # another size: times may be equal
    told = forexai("replay", "journal")
    assert told.code == 1
    assert "differs" in told.out
    assert '"kind":"decision"' in told.out


def _decisions(folder):
    files = sorted(path for path in (folder / "journal").rglob("*") if path.is_file())
    return b"".join(path.read_bytes() for path in files)


def _tamper(folder, before, after):
    """Change a byte of the journal, as bad luck or a person would."""
    found = [path for path in (folder / "journal").rglob("*") if path.is_file() and before in path.read_bytes()]
    assert found
    for path in found:
        path.write_bytes(path.read_bytes().replace(before, after, 1))


def test_why_tells_of_a_trade_and_of_none(forexai, session):
    forexai("run", session(), "--json")
    trades = forexai("run", session(), "--json").json["trades"]
    first = np.datetime64(int(trades[0]["open_time_ns"]), "ns")
    told = forexai("why", "journal", "--at", str(first.astype("datetime64[s]")), "--json")
    (decision,) = told.json["decisions"]
    assert decision["time_ns"] == trades[0]["open_time_ns"]
    assert decision["decision"]["wishes"][0]["allowed"]
    rules = {each["rule"] for each in decision["decision"]["wishes"][0]["verdicts"]}
    assert {"daily-loss", "position-risk", "max-positions"} <= rules
    words = " ".join(decision["lines"])
    assert "It asked to" in words
    assert f"at {trades[0]['open_price']:g}" in words
    assert trades[0]["close_reason"] in words
    later = str((first + np.timedelta64(1, "h")).astype("datetime64[s]"))
    none = forexai("why", "journal", "--at", later)
    assert "gave no signal" in none.out
    assert "It held position 1" in none.out
    assert forexai("why", "journal", "--at", "1999-01-01").code == 1
    assert "no time" in forexai("why", "journal", "--at", "soon").err


def test_what_a_rule_refused_is_told_with_its_limit(forexai, session):
    forexai("run", session(risk="max_position_risk_fraction = 0.0001"), "--json")
    told = forexai("why", "journal", "--at", "2030-01-01", "--json")
    refused = 0
    stamps = range(int(session.bars.time_ns[0]), int(session.bars.time_ns[-1]), 3_600_000_000_000)
    assert told.code == 0
    for stamp in stamps:
        moment = str(np.datetime64(stamp, "ns").astype("datetime64[s]"))
        lines = forexai("why", "journal", "--at", moment).out
        if "Refused by position-risk" in lines:
            assert "the limit is 0.0001" in lines
            refused += 1
            break
    assert refused


def test_at_the_pace_of_time_a_session_comes_to_the_same(forexai, session):
    replayed = forexai("run", session(), "--json").json["trades"]
    paced = forexai("run", session(clock="accelerated"), "--json")
    assert paced.code == 0, paced.err
    assert paced.json["trades"] == replayed


def test_a_halt_stops_openings_of_a_session_at_the_pace_of_time(forexai, session):
    first = forexai("run", session(), "--json").json["trades"][0]["open_time_ns"]
    forexai("kill", "--scope", "account:main", "--reason", "margin call")
    ended = forexai("run", session(clock="accelerated"), "--json")
    assert ended.json["trades"] == []
    moment = str(np.datetime64(int(first), "ns").astype("datetime64[s]"))
    told = forexai("why", "journal", "--at", moment).out
    assert "Refused by halt" in told
    assert "margin call" in told
    again = forexai("replay", "journal", "--json")  # the halt is in the journal, and met again
    assert again.code == 0
    assert again.json["accounts"][0]["equal"]
    assert forexai("run", session(), "--json").json["trades"]  # the past is no trading


def test_a_run_that_was_cut_short_is_gone_on_with(forexai, session, tmp_path):
    whole = forexai("run", session(), "--json").json
    parts = [path for path in (tmp_path / "journal").rglob("*.fxj") if b'"kind":"decision"' in path.read_bytes()]
    (part,) = parts
    part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
    resumed = forexai("run", session(), "--resume", "--json")
    assert resumed.code == 0, resumed.err
    assert resumed.json == whole
    assert forexai("replay", "journal", "--json").json["accounts"][0]["records"] > 400
    changed = forexai("run", session(fast=6), "--resume")
    assert changed.code != 0
    assert "without --resume" in changed.err


def test_prices_before_the_start_warm_strategies_up(forexai, session):
    start = np.datetime64(int(session.bars.time_ns[200]), "ns").astype("datetime64[s]")
    all_of = forexai("run", session(), "--json").json["trades"]
    late = forexai("run", session(more=f'start = "{start}"'), "--json")
    assert late.json["decisions"] == 201
    opened = [int(each["open_time_ns"]) for each in late.json["trades"]]
    assert min(opened) > int(session.bars.time_ns[200])
    # The averages were warm: whatever was opened then in the whole run and does not depend on what stood before, is.
    assert set(opened) & {int(each["open_time_ns"]) for each in all_of}


WRONG = {
    "there is no": ("[session]", "[session]\nclok = 1"),
    "no account": ('timeframe = "H1"\nparameters', 'timeframe = "H1"\naccount = "other"\nparameters'),
    "paper": ('broker = "paper"', 'broker = "elsewhere"'),
    "balance": ("balance = 20000.0", "balance = -1.0"),
    "stands twice": ("[[feeds]]", '[[feeds]]\nsource = "sample"\nsymbol = "EURUSD"\ntimeframe = "H1"\n[[feeds]]'),
    "'stop_los_pips'": ("stop_loss_pips", "stop_los_pips"),
    "[risk] none": ("[risk]", "[risk]\nnone = true"),
}


@pytest.mark.parametrize("said", WRONG)
def test_what_is_wrong_in_a_session_file_is_named(forexai, session, said):
    path = session()
    path.write_text(path.read_text().replace(*WRONG[said]), encoding="utf-8")
    ended = forexai("run", path)
    assert ended.code in {2, 3}, ended.out
    assert said in ended.err


def test_an_example_is_written_once_and_runs(forexai, tmp_path):
    assert forexai("run", "mine.toml", "--new").code == 0
    assert forexai("run", "mine.toml", "--new").code == 2
    assert forexai("run", "mine.toml", "--json").json["decisions"] > 1_000
    assert forexai("run", "none.toml").code == 2
    assert forexai("replay", tmp_path).code in {2, 3}


def test_drift_tells_what_a_busy_venue_and_another_setting_cost(forexai, session, tmp_path):
    path = session()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[accounts.costs]", "settings = { reject_probability = 0.7 }\n[accounts.costs]"))
    assert forexai("run", path).code == 0
    found = forexai("drift", tmp_path / "journal", "--json")
    assert found.code == 1, found.err
    (account,) = found.json["accounts"]
    assert {each["cause"] for each in account["differences"]} <= {"rejection"}
    assert any(not each["follows"] for each in account["differences"])
    assert sum(Decimal(each["money"]) for each in account["differences"]) == Decimal(account["total"])
    assert Decimal(account["total"]) == Decimal(account["live_net"]) - Decimal(account["backtest_net"])
    told = forexai("drift", tmp_path / "journal")
    assert told.code == 1
    assert "refused in the session by the venue" in told.out
    other = tmp_path / "other.toml"
    other.write_text(text.replace("fast = 5", "fast = 6"), encoding="utf-8")
    found = forexai("drift", tmp_path / "journal", "--session", other, "--json")
    causes = {each["cause"] for each in found.json["accounts"][0]["differences"]}
    assert causes == {"rejection", "signal"}


def test_a_session_that_is_its_backtest_has_no_drift(forexai, session, tmp_path):
    assert forexai("run", session()).code == 0
    found = forexai("drift", tmp_path / "journal")
    assert found.code == 0, found.out
    assert "+0.00 in 0 differences" in found.out
    assert "no end" not in found.out
    part = _segment_of(tmp_path / "journal")
    part.write_bytes(part.read_bytes()[:-9])
    assert "Its journal has no end" in forexai("drift", tmp_path / "journal").out
    assert not forexai("drift", tmp_path / "journal", "--json").json["accounts"][0]["ended"]


def test_drift_names_an_account_that_its_other_file_lacks(forexai, session, tmp_path):
    path = session()
    assert forexai("run", path).code == 0
    other = tmp_path / "other.toml"
    other.write_text(path.read_text(encoding="utf-8").replace('"main"', '"second"'), encoding="utf-8")
    found = forexai("drift", tmp_path / "journal", "--session", other)
    assert found.code == 2
    assert "main" in found.err


def test_a_notifier_is_told_what_it_asks_for(forexai, session, caplog):
    path = session()
    wanted = '\n[[notifiers]]\nname = "log"\nevents = ["fill", "daily"]\n'
    path.write_text(path.read_text(encoding="utf-8") + wanted, encoding="utf-8")
    with caplog.at_level("INFO", "forexai.notices"):
        ended = forexai("run", path, "--json")
    assert ended.code == 0, ended.err
    told = [json.loads(record.message) for record in caplog.records if record.name == "forexai.notices"]
    assert {each["category"] for each in told} == {"trade", "daily"}
    closed = [each for each in told if "Closed by" in each["text"]]
    ended_by_itself = [each for each in ended.json["trades"] if each["close_reason"] != "end_of_data"]
    assert len(closed) == len(ended_by_itself) > 10


def test_a_session_as_fast_as_it_goes_tells_alerts_alone_unless_asked(forexai, session, caplog):
    path = session()
    path.write_text(path.read_text(encoding="utf-8") + '\n[[notifiers]]\nname = "log"\n', encoding="utf-8")
    with caplog.at_level("INFO", "forexai.notices"):
        assert forexai("run", path).code == 0
    assert [record for record in caplog.records if record.name == "forexai.notices"] == []


SECOND_OPINION = """
import random

from forexai_core.ports.confirmation import Confirmed


class Moody:
    def __init__(self, least=0.0):
        self.least = least

    async def confirm(self, signal):
        mood = random.random()
        return Confirmed(fraction=0.0 if mood < self.least else mood, reason=f"mood {mood:.3f}", author="moody")
"""


def test_a_confirmation_decides_again_as_it_did_whoever_is_gone(forexai, session, tmp_path):
    opinion, path = tmp_path / "opinion.py", session()
    opinion.write_text(SECOND_OPINION, encoding="utf-8")
    wanted = '\n[confirmation]\nby = "opinion.py:Moody"\nsettings = { least = 0.3 }\n'
    path.write_text(path.read_text(encoding="utf-8") + wanted, encoding="utf-8")
    ended = forexai("run", path, "--json")
    assert ended.code == 0, ended.err
    assert len({each["volume_lots"] for each in ended.json["trades"]}) > 3
    parts = [each for each in (tmp_path / "journal").rglob("*.fxj") if b'"kind":"decision"' in each.read_bytes()]
    (part,) = parts
    part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
    assert forexai("run", path, "--resume", "--json").code == 0
    opinion.unlink()
    replayed = forexai("replay", "journal")
    assert replayed.code == 0, replayed.out + replayed.err
    drift = forexai("drift", "journal", "--json").json["accounts"][0]
    assert "risk" in {each["cause"] for each in drift["differences"]}
    assert Decimal(drift["causes"]["risk"]["money"]) == Decimal(drift["total"])


@pytest.mark.parametrize("by", ["opinion.py:Gone", "opinion.py:random"])
def test_a_confirmation_that_is_none_is_named(forexai, session, tmp_path, by):
    path = session()
    (tmp_path / "opinion.py").write_text(SECOND_OPINION + "\n\nclass Gone:\n    pass\n", encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8") + f'\n[confirmation]\nby = "{by}"\n', encoding="utf-8")
    said = forexai("run", path)
    assert said.code == 2
    assert "confirm" in said.err


def test_figures_are_served_while_a_session_runs(forexai, session):
    ended = forexai("run", session(), "--json", "--metrics", "0")
    assert ended.code == 0, ended.err
    assert "figures: http://127.0.0.1:" in ended.err
    assert ended.json["decisions"] == len(session.bars)
    wrong = forexai("run", session(), "--metrics", "70000")
    assert wrong.code == 2
    assert "--metrics" in wrong.err


def test_a_session_whose_strategy_raises_says_where_and_goes_on_with_the_other_account(forexai, session):
    file = session(more='[[accounts]]\nname = "sound"\nbalance = 20000.0\n')
    (file.parent / "mine.py").write_text(
        "import forexai_core as fx\n\n\nclass Breaks(fx.Strategy):\n    def on_bar(self, ctx):\n"
        "        if len(ctx.bars.close) == 50:\n            raise ZeroDivisionError('no bars of yesterday')\n",
        encoding="utf-8",
    )
    text = file.read_text(encoding="utf-8").replace('name = "sma-cross"', 'account = "sound"\nname = "sma-cross"')
    strategy = '[[strategies]]\naccount = "main"\nname = "mine.py:Breaks"\n[risk]'
    file.write_text(text.replace("[risk]", strategy), encoding="utf-8")
    ended = forexai("run", file, "--json")
    assert ended.code == 1
    assert "Strategy Breaks failed. ZeroDivisionError: no bars of yesterday" in ended.err
    assert "line 7 of" in ended.err
    assert "Traceback" not in ended.err
    accounts = {each["name"]: each for each in ended.json["accounts"]}
    assert "ZeroDivisionError" in accounts["main"]["failed"]
    assert accounts["sound"]["failed"] == ""
    assert accounts["sound"]["decisions"] == 400
    assert accounts["main"]["decisions"] == 49
    assert len(ended.json["trades"]) > 10
