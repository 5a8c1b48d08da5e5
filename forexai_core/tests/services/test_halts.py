"""Halts are durable, whole, never forgotten, and lifted by name alone."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import shutil

import pytest
from services.faults import FaultyDisk

from forexai_core.errors import ConfigError, IntegrityError, NotFoundError, StorageError
from forexai_core.ports.halts import Halt, HaltBoard, Halts, HaltScope
from forexai_core.services.halts import FileHalts, MemoryHalts

WHOLE = Halt(scope="platform", time_ns=1, by="Ada", reason="drill")
MAIN = Halt(scope="account", name="main", time_ns=2, by="Ada", reason="margin", flatten=True)


def run(work):
    return asyncio.run(work)


@pytest.fixture(params=["file", "memory"])
def halts(request, tmp_path):
    return FileHalts(tmp_path) if request.param == "file" else MemoryHalts()


def test_what_is_halted_stands_until_a_person_lifts_it(halts):
    assert isinstance(halts, Halts)
    assert run(halts.read()) == HaltBoard(number=0)
    run(halts.halt(WHOLE))
    assert run(halts.halt(MAIN)) == run(halts.read()) == HaltBoard(number=2, halts=(WHOLE, MAIN))
    lifted = run(halts.rearm(HaltScope.PLATFORM, "", by="Bob", reason="over", time_ns=9))
    assert lifted == run(halts.read()) == HaltBoard(number=3, halts=(MAIN,))
    with pytest.raises(NotFoundError, match="No halt of the platform"):
        run(halts.rearm(HaltScope.PLATFORM, "", by="Bob", reason="over", time_ns=9))
    last = run(halts.history())[-1]
    assert (last.number, last.time_ns, last.by, last.reason, last.halt, last.lifted) == (
        3,
        9,
        "Bob",
        "over",
        WHOLE,
        True,
    )


def test_a_second_halt_of_a_place_replaces_the_first_and_keeps_its_flattening(halts):
    run(halts.halt(MAIN))
    (standing,) = run(halts.halt(Halt(scope="account", name="main", time_ns=3, by="Bob", reason="again"))).halts
    assert (standing.by, standing.flatten) == ("Bob", True)


def test_lifting_needs_a_name_and_a_reason(halts):
    run(halts.halt(MAIN))
    for by, reason in (("", "r"), ("Ada", "  ")):
        with pytest.raises(ConfigError):
            run(halts.rearm(HaltScope.ACCOUNT, "main", by=by, reason=reason, time_ns=1))
    assert run(halts.read()).halts == (MAIN,)


@pytest.mark.parametrize(("scope", "name"), [("platform", "x"), ("account", ""), ("acount", "x")])
def test_a_halt_of_nothing_is_refused(scope, name):
    with pytest.raises(ConfigError):
        Halt(scope=scope, name=name, time_ns=1, by="Ada", reason="r")


def test_another_process_sees_it(tmp_path):
    run(FileHalts(tmp_path).halt(MAIN))
    assert run(FileHalts(tmp_path).read()).halts == (MAIN,)


def _halt_many(home, name):
    for number in range(10):
        run(FileHalts(home).halt(Halt(scope="strategy", name=f"{name}-{number}", time_ns=1, by=name, reason="r")))


def test_two_processes_lose_no_halt(tmp_path):
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_halt_many, args=(tmp_path, name)) for name in ("a", "b")]
    for other in others:
        other.start()
    for other in others:
        other.join(120)
        assert other.exitcode == 0
    assert len(run(FileHalts(tmp_path).read()).halts) == 20


def _damages(document):
    yield json.dumps(document).replace("margin", "margim")
    yield json.dumps(document)[:-40]
    yield ""
    yield json.dumps(document | {"records": document["records"][:1]})
    yield json.dumps(document | {"version": 2})
    yield "[]"


def test_every_damage_is_seen(tmp_path):
    halts = FileHalts(tmp_path)
    run(halts.halt(WHOLE))
    run(halts.halt(MAIN))
    file = halts.folder / "halts.json"
    for text in _damages(json.loads(file.read_text())):
        file.write_text(text)
        with pytest.raises(IntegrityError, match="nobody knows what is halted"):
            run(halts.read())
        with pytest.raises(IntegrityError):
            run(halts.halt(WHOLE))
    file.unlink()
    with pytest.raises(StorageError):
        run(halts.read())


def test_the_loss_of_the_whole_folder_is_seen(tmp_path):
    halts = FileHalts(tmp_path)
    assert run(halts.read()) == HaltBoard(number=0)
    run(halts.halt(WHOLE))
    kept = {file: file.read_bytes() for file in halts.folder.iterdir()}
    shutil.rmtree(halts.folder)
    for ask in (FileHalts(tmp_path).read(), FileHalts(tmp_path).halt(MAIN), FileHalts(tmp_path).history()):
        with pytest.raises(StorageError, match=r"halts\.json is gone.*Restore.*delete .*halts\.begun\.$"):
            run(ask)
    halts.folder.mkdir()
    with pytest.raises(StorageError, match=r"delete .*halts\.begun and the folder"):
        run(halts.read())
    for file, content in kept.items():
        file.write_bytes(content)
    assert run(FileHalts(tmp_path).read()).halts == (WHOLE,)


def test_a_home_that_was_begun_without_a_marker_gets_one_at_the_next_change(tmp_path):
    halts = FileHalts(tmp_path)
    run(halts.halt(WHOLE))
    (tmp_path / "halts.begun").unlink()
    run(FileHalts(tmp_path).halt(MAIN))
    shutil.rmtree(halts.folder)
    with pytest.raises(StorageError, match="is gone"):
        run(halts.read())


@pytest.mark.parametrize("for_good", [True, False])
def test_a_disk_that_fails_anywhere_leaves_the_board_before_or_after(tmp_path, for_good):
    for fail_at in range(1, 40):
        home = tmp_path / f"{fail_at}-{for_good}"
        disk = FaultyDisk(fail_at, for_good=for_good)
        boards = [()]
        done = False
        try:
            run(FileHalts(home, disk=disk).halt(WHOLE))
            boards = [(WHOLE,)]
            run(FileHalts(home, disk=disk).halt(MAIN))
            done = True
        except StorageError:
            boards.append((*boards[-1], WHOLE if not boards[-1] else MAIN))
        found = run(FileHalts(home).read()).halts
        assert found in ([(WHOLE, MAIN)] if done else boards), fail_at
        assert run(FileHalts(home).halt(MAIN)).halts[-1] == MAIN
        if not disk.failed:
            assert done
            return
    raise AssertionError("no run came through")
