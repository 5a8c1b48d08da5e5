"""Sessions that are killed and go on: they decide, trade and write what one does that was never killed."""

from __future__ import annotations

import asyncio

import pytest
from live.session_runs import as_inputs
from live.session_strategies import Everything

import forexai_core as fx
from forexai_core.errors import ConfigError, ConflictError, IntegrityError
from forexai_core.live.session.endings import Ending, ending_of
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.paper_run import PaperPlan
from forexai_core.live.session.repeating import records_of
from forexai_core.live.session.resuming import resume_session
from forexai_core.live.session.specification import spec_of
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.services.halts import MemoryHalts
from forexai_core.services.journal_frames import whole_frames

pytestmark = pytest.mark.kernels

BARS = fx.synthetic("EURUSD", "M15", bars=300, seed=9)
RISK = fx.Risk.of_session(max_daily_loss_fraction=0.002, max_positions=4)


class KilledError(Exception):
    """What ends a session without a word."""


def plans(seed=3, names=("main",)):
    return tuple(
        PaperPlan(
            name=name,
            inputs=as_inputs(BARS, account=fx.Account(balance=50_000)),
            strategies=(fx.Sleeve("mixed", Everything(seed=seed + number)),),
            risk=RISK,
        )
        for number, name in enumerate(names)
    )


def a_spec(clock="replay", names=("main",)):
    return spec_of(
        {
            "session": {"clock": clock, "speed": 1e6},
            "accounts": [{"name": name} for name in names],
            "feeds": [{"symbol": "EURUSD", "timeframe": "M15"}],
            "strategies": [{"name": "mixed", "account": name} for name in names],
        },
        "a test",
    )


async def gone(opening, folder, *, until=None, clock="replay", seed=3, names=("main",), **given):
    """Run a session until so many prices have come, or to its end; give how it ended and what is written then."""
    opened = await opening(
        a_spec(clock, names), plans(seed, names), folder, owner=f"test-{until}", hear=lambda _notice: None, **given
    )

    def follow(session):
        if session.prices == until:
            raise KilledError

    try:
        ends = await opened.session.run(follow)
    except KilledError:
        return None, None
    finally:
        written = {name: await records_of(opened.services.journal, name) for name in names} if until is None else {}
        opened.close()
    kept = {name: [(each.kind, each.time_ns, each.payload) for each in records] for name, records in written.items()}
    return ends, kept


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One that was never killed."""
    return asyncio.run(gone(open_session, tmp_path_factory.mktemp("whole")))


@pytest.mark.parametrize("kills", [(1,), (57,), (120, 120, 230), (299,)])
def test_one_that_was_killed_goes_on_as_if_it_had_not_been(whole, tmp_path, kills):
    opening = open_session
    for until in kills:
        asyncio.run(gone(opening, tmp_path, until=until))
        opening = resume_session
    ends, kept = asyncio.run(gone(resume_session, tmp_path))
    assert len(whole[0]["main"].trades) > 10
    refused = b'"allowed":false,"limit"'
    assert sum(refused in payload and b"daily-loss" in payload for _, _, payload in whole[1]["main"]) > 5
    assert kept == whole[1]
    assert ends["main"].trades.tolist() == whole[0]["main"].trades.tolist()
    assert ends["main"].state == whole[0]["main"].state
    assert ends["main"].halted == whole[0]["main"].halted
    assert ends["main"].decisions == whole[0]["main"].decisions


def test_several_accounts_go_on_side_by_side(tmp_path):
    names = ("first", "second")
    ends, kept = asyncio.run(gone(open_session, tmp_path / "whole", names=names))
    asyncio.run(gone(open_session, tmp_path / "killed", until=301, names=names))
    again, same = asyncio.run(gone(resume_session, tmp_path / "killed", names=names))
    assert same == kept
    for name in names:
        assert again[name].trades.tolist() == ends[name].trades.tolist()


def test_one_that_came_to_its_end_adds_nothing(whole, tmp_path):
    asyncio.run(gone(open_session, tmp_path))
    _, kept = asyncio.run(gone(resume_session, tmp_path))
    assert kept == whole[1]


def test_one_that_was_stopped_says_so_and_goes_on_to_its_end(whole, tmp_path):
    async def stopped():
        opened = await open_session(a_spec(), plans(), tmp_path, owner="test-stopped", hear=lambda _notice: None)
        try:
            await opened.session.run(lambda session: session.stop() if session.prices >= 120 else None)
            return await records_of(opened.services.journal, "main")
        finally:
            opened.close()

    records = asyncio.run(stopped())
    assert ending_of(records) is Ending.STOPPED
    assert ending_of(records[:-1]) is None
    assert ending_of([]) is None
    ends, kept = asyncio.run(gone(resume_session, tmp_path))
    ended = [place for place, (kind, _, _) in enumerate(kept["main"]) if kind == "ended"]
    assert ended == [len(records) - 1, len(kept["main"]) - 1]
    assert [each for place, each in enumerate(kept["main"]) if place != ended[0]] == whole[1]["main"]
    assert b'"why":"over"' in kept["main"][-1][2]
    assert ends["main"].trades.tolist() == whole[0]["main"].trades.tolist()


def test_a_journal_that_was_torn_is_mended_and_gone_on_with(whole, tmp_path):
    asyncio.run(gone(open_session, tmp_path, until=200))
    (segment,) = _segments(tmp_path)
    content = segment.read_bytes()
    segment.write_bytes(content[: len(content) - 7])
    whole_bytes = whole_frames(content, first_sequence=1, place="here")[-1].start
    ends, kept = asyncio.run(gone(resume_session, tmp_path))
    assert kept == whole[1]
    assert ends["main"].trades.tolist() == whole[0]["main"].trades.tolist()
    (torn,) = segment.parent.glob("*.torn")
    assert torn.read_bytes() == content[whole_bytes:-7]


def test_what_has_changed_since_is_found_and_nothing_is_added(tmp_path):
    asyncio.run(gone(open_session, tmp_path, until=150))
    before = _bytes_of(tmp_path)
    with pytest.raises(IntegrityError, match="strategy or the prices"):
        asyncio.run(gone(resume_session, tmp_path, seed=4))
    assert _records_in(tmp_path) == _records_of(before)
    assert sum(_records_of(before)) > 100


def _bytes_of(folder):
    return [path.read_bytes() for path in _segments(folder)]


def _segments(folder):
    return [path for path in sorted((folder / "journal").rglob("*.fxj")) if b'"kind":"begun"' in path.read_bytes()]


def _records_of(parts):
    return [part.count(b'"kind":') for part in parts]


def _records_in(folder):
    return _records_of(_bytes_of(folder))


def test_halts_of_then_are_met_again_and_those_of_now_after_them(tmp_path):
    halts = MemoryHalts()

    async def go():
        await halts.halt(Halt(scope=HaltScope.PLATFORM, time_ns=1, by="Ada", reason="a long lunch"))
        await gone(open_session, tmp_path, until=150, clock="accelerated", halts=halts)
        await halts.rearm(HaltScope.PLATFORM, "", by="Ada", reason="back", time_ns=2)
        return await gone(resume_session, tmp_path, clock="accelerated", halts=halts)

    ends, kept = asyncio.run(go())
    opened = ends["main"].trades["open_time_ns"]
    since_ns = int(BARS.time_ns[100])
    assert len(opened)
    assert int(opened.min()) > since_ns
    changes = [time_ns for kind, time_ns, _ in kept["main"] if kind == "halts"]
    assert len(changes) >= 2
    assert changes[0] <= int(BARS.end_ns[0]) < since_ns < changes[-1]


def test_one_that_still_runs_was_drained_or_never_began_is_not_gone_on_with(tmp_path):
    async def go():
        opened = await open_session(
            a_spec("accelerated"), plans(), tmp_path / "runs", owner="first", hear=lambda _notice: None
        )
        try:
            with pytest.raises(ConflictError, match="still runs"):
                await gone(resume_session, tmp_path / "runs", clock="accelerated")
        finally:
            opened.close()
        drained = await open_session(a_spec(), plans(), tmp_path / "drained", owner="test", hear=lambda _notice: None)
        await drained.session.run(lambda session: session.drain(by="Ada") if session.prices == 9 else None)
        drained.close()
        with pytest.raises(ConfigError, match="drained"):
            await gone(resume_session, tmp_path / "drained")
        with pytest.raises(ConfigError, match="nothing of account"):
            await gone(resume_session, tmp_path / "empty")

    asyncio.run(go())
    live = a_spec().model_copy(update={"feeds": (a_spec().feeds[0].model_copy(update={"live": True}),)})
    with pytest.raises(ConfigError, match="recorded"):
        asyncio.run(resume_session(live, plans(), tmp_path, owner="test", hear=lambda _notice: None))
