"""The ledger of trials in a file: tampering, crashes, many processes, cost."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from services.faults import FaultyDisk

from forexai_core.errors import IntegrityError, StorageError
from forexai_core.ports.trials import EMPTY_HEAD, Idea, Trial
from forexai_core.services.trials import FileTrials

IDEA = Idea(strategy="sma-cross", form="class", symbols="EURUSD", timeframe="H1", start_ns=0, stop_ns=10)


def trial(number=0):
    return Trial(idea=IDEA, parameters_hash="ab", metrics={"sharpe": 1.5}, recorded_at_ns=1_000 + number)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "trials.txt"


@pytest.fixture
def trials(path):
    ledger = FileTrials(path)
    yield ledger
    ledger.close()


@pytest.fixture
def head(trials):
    return [trials.record(trial(number)) for number in range(3)][-1]


def verify(path, head=None):
    ledger = FileTrials(path)
    try:
        return ledger.verify(head)
    finally:
        ledger.close()


def test_any_changed_byte_is_found(path, head):
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(IntegrityError):
            verify(path, head)
    path.write_bytes(content)
    assert verify(path, head) == head


def test_any_changed_byte_but_the_last_is_found_without_a_stamped_head(path, head):
    content = path.read_bytes()
    for at in range(len(content) - 1):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(IntegrityError):
            verify(path)


def test_a_ledger_cut_at_any_byte_contradicts_its_head(path, head):
    content = path.read_bytes()
    for size in range(len(content)):
        path.write_bytes(content[:size])
        with pytest.raises(IntegrityError, match=r"was cut|deleted and begun anew"):
            verify(path, head)


def test_reordered_removed_and_inserted_lines_are_found(path, head):
    first, second, third = path.read_bytes().splitlines(keepends=True)
    for lines in (
        (second, first, third),
        (first, third, second),
        (first, third),
        (second, third),
        (first, first, second, third),
        (first, second, second, third),
    ):
        path.write_bytes(b"".join(lines))
        with pytest.raises(IntegrityError):
            verify(path)


def test_a_deleted_ledger_shows_a_new_start(path, trials, head):
    path.unlink()
    assert trials.head() == EMPTY_HEAD
    with pytest.raises(IntegrityError, match="deleted and begun anew"):
        trials.verify(head)
    for number in range(10, 15):
        trials.record(trial(number))
    assert trials.count(IDEA) == 5
    assert trials.head().started_at_ns == 1_010
    with pytest.raises(
        IntegrityError, match="begun at 1010; the stamped head has 3, begun at 1000: the ledger was del"
    ):
        trials.verify(head)


def test_a_rewritten_ledger_contradicts_its_head(path, trials, head):
    path.unlink()
    for number in (0, 7, 2):
        trials.record(trial(number))
    assert trials.verify().length == 3
    with pytest.raises(IntegrityError, match="rewritten"):
        trials.verify(head)


def test_a_line_half_written_at_any_byte_is_cut_off(path, head):
    content = path.read_bytes()
    start = content.rindex(b"\n", 0, -1) + 1
    for size in range(start, len(content)):
        path.write_bytes(content[:size])
        ledger = FileTrials(path)
        assert (ledger.head().length, ledger.count(IDEA), ledger.verify().length) == (2, 2, 2)
        assert ledger.record(trial(9)).length == 3
        ledger.close()
        assert path.read_bytes().startswith(content[:start])
        assert verify(path).length == 3


def test_zeros_after_a_power_failure_are_cut_off(path, trials, head):
    with path.open("ab") as file:
        file.write(b"4 abc" + bytes(500))
    assert trials.record(trial(9)).length == 4
    assert trials.verify(head).length == 4


@pytest.mark.parametrize("content", [b"not a ledger", b"not\na\nledger\n", b"1 zz {}\n", b"1 ab\n", bytes(3_000_000)])
def test_another_file_is_left_alone(path, trials, content):
    path.parent.mkdir()
    path.write_bytes(content)
    for use in (lambda: trials.record(trial()), trials.head, lambda: trials.count(IDEA), trials.verify):
        with pytest.raises(IntegrityError, match=r"no trial"):
            use()
    assert path.read_bytes() == content


def test_something_else_after_the_last_line_is_left_alone(path, trials, head):
    content = path.read_bytes() + b"what is this"
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match="ends with something"):
        trials.record(trial())
    assert path.read_bytes() == content


def test_a_ledger_that_is_restored_goes_on(path, trials, head):
    content = path.read_bytes()
    path.write_bytes(content[:-10] + b"damaged, later")
    with pytest.raises(IntegrityError):
        trials.record(trial())
    path.write_bytes(content)
    assert trials.record(trial(3)).length == 4
    assert trials.verify(head).length == 4
    assert trials.count(IDEA) == 4


def test_a_newer_release_is_not_misread(path, trials, head):
    text = path.read_bytes().replace(b'"version":1', b'"version":2')
    path.write_bytes(text)
    ledger = FileTrials(path)
    with pytest.raises(IntegrityError, match="newer release"):
        list(ledger.records())
    ledger.close()


def test_a_full_disk_adds_nothing(path):
    for for_good in (False, True):
        disk = FaultyDisk()
        ledger = FileTrials(path, disk=disk)
        before = ledger.record(trial())
        disk.fail_at, disk.for_good = len(disk.operations) + 1, for_good
        with pytest.raises(StorageError):
            ledger.record(trial(1))
        assert ledger.head() == before
        disk.for_good = False
        assert ledger.record(trial(2)).length == before.length + 1
        ledger.verify(before)
        ledger.close()


def test_recording_does_not_sync_and_flushing_does(path):
    disk = FaultyDisk()
    ledger = FileTrials(path, disk=disk)
    ledger.flush()
    ledger.record(trial())
    ledger.record(trial())
    assert disk.operations == ["write", "write"]
    ledger.flush()
    ledger.flush()
    assert disk.operations == ["write", "write", "sync", "sync_folder"]
    disk.fail_at = 6
    ledger.record(trial())
    with pytest.raises(StorageError, match="Syncing"):
        ledger.flush()
    ledger.flush()
    ledger.close()


def test_nothing_is_made_by_looking(path, trials):
    assert (trials.head(), trials.count(IDEA), list(trials.records()), trials.verify()) == (
        EMPTY_HEAD,
        0,
        [],
        EMPTY_HEAD,
    )
    trials.flush()
    assert not path.parent.exists()


def test_counting_reads_only_what_was_added(path, trials, head, monkeypatch):
    assert trials.count(IDEA) == 3
    read = []
    plain = FileTrials._read

    def counting(self, view, start, stop):
        read.append(stop - start)
        return plain(self, view, start, stop)

    monkeypatch.setattr(FileTrials, "_read", counting)
    assert trials.count(IDEA) == 3
    trials.record(trial(3))
    assert (trials.count(IDEA), read) == (4, [])
    size = path.stat().st_size
    other = FileTrials(path)
    other.record(trial(4))
    other.close()
    read.clear()  # of the other, which looked at the whole file first
    assert trials.count(IDEA) == 5
    added = path.stat().st_size - size
    assert sum(read) == 2 * added  # once to follow the chain, once to count
    trials.record(trial(5))
    assert trials.count(IDEA) == 6
    assert sum(read) == 2 * added


def run(script, *arguments):
    program = [sys.executable, "-W", "error", "-c", textwrap.dedent(script), *map(str, arguments)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, text=True)


RECORD_MANY = """
    import sys
    from pathlib import Path
    from forexai_core.ports.trials import Idea, Trial
    from forexai_core.services.trials import FileTrials

    idea = Idea(strategy="sma-cross", form="class", symbols="EURUSD", timeframe="H1", start_ns=0, stop_ns=10)
    trials = FileTrials(Path(sys.argv[1]))
    for number in range(100):
        head = trials.record(Trial(idea=idea, parameters_hash=sys.argv[2], recorded_at_ns=number))
        if trials.count(idea) < head.length:
            sys.exit("counted too few")
    trials.close()
"""


def test_many_processes_write_one_chain(path):
    processes = [run(RECORD_MANY, path, number) for number in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    for process in processes:
        process.stdout.close()
    assert verify(path).length == 400
    ledger = FileTrials(path)
    hashes = [each.parameters_hash for each in ledger.records()]
    assert {name: hashes.count(name) for name in set(hashes)} == dict.fromkeys("0123", 100)
    ledger.close()


FORK = """
    import os, sys
    from pathlib import Path
    from forexai_core.ports.trials import Idea, Trial
    from forexai_core.services.trials import FileTrials

    idea = Idea(strategy="sma-cross", form="class", symbols="EURUSD", timeframe="H1", start_ns=0, stop_ns=10)
    trials = FileTrials(Path(sys.argv[1]))
    trials.record(Trial(idea=idea, parameters_hash="", recorded_at_ns=0))
    children = []
    for child in range(3):
        process = os.fork()
        if process == 0:
            break
        children.append(process)
    for number in range(100):
        trials.record(Trial(idea=idea, parameters_hash="", recorded_at_ns=number))
    for process in children:
        os.waitpid(process, 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_a_ledger_that_was_forked_with_its_process_stays_whole(path):
    process = run(FORK, path)
    assert process.wait() == 0
    process.stdout.close()
    assert verify(path).length == 401


KILLED = """
    import sys
    from pathlib import Path
    from forexai_core.ports.trials import Idea, Trial
    from forexai_core.services.trials import FileTrials

    idea = Idea(strategy="sma-cross", form="class", symbols="EURUSD", timeframe="H1", start_ns=0, stop_ns=10)
    trials = FileTrials(Path(sys.argv[1]))
    while True:
        print(trials.record(Trial(idea=idea, parameters_hash="", recorded_at_ns=0)).length, flush=True)
"""


def test_a_killed_process_loses_nothing_that_was_recorded(path):
    process = run(KILLED, path)
    told = [int(process.stdout.readline()) for _ in range(50)]
    process.kill()
    told += [int(line) for line in process.stdout.read().splitlines()[:-1]]
    process.stdout.close()
    process.wait()
    assert verify(path).length >= max(told) >= 50
