"""The library on disk: what goes in comes out, ranges, overlaps, crashes, damage, readers beside a writer."""

import json
import threading
from datetime import UTC, datetime

import attrs
import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forexai_core.data import Library, manifests, resample, series, synthetic, to_time_ns
from forexai_core.data import library as library_module
from forexai_core.errors import ConfigError, DataError, IntegrityError, StorageError
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument

BARS = synthetic("EURUSD", "H1", bars=3_000, seed=2)
TICKS = synthetic("EURUSD", "tick", bars=5_000, seed=2)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(series, "_BLOCK_ROWS", 100)


def test_what_goes_in_comes_out(tmp_path, small_blocks):
    library = Library(tmp_path)
    library.append(BARS[:1_111])
    entry = library.append(BARS[1_111:])
    assert entry.rows == 3_000
    assert library.bars("EURUSD", "H1").fingerprint == BARS.fingerprint
    library.append(TICKS)
    assert library.ticks("EURUSD").fingerprint == TICKS.fingerprint
    both = resample(TICKS, "M1")
    library.append(both)
    assert library.bars("EURUSD", "M1").fingerprint == both.fingerprint
    assert [(e.timeframe, e.sides) for e in library.entries()] == [
        ("tick", "bid + ask"), ("M1", "bid + ask"), ("H1", "bid + spread"),
    ]  # fmt: skip
    assert library.check() == ()
    assert (tmp_path / "forex" / "EURUSD" / "H1" / "manifest.json").exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(start=st.integers(-5, 3_005), length=st.integers(-10, 3_005), shift=st.integers(-1, 1))
def test_ranges_are_half_open(tmp_path_factory, start, length, shift):
    library = Library(tmp_path_factory.getbasetemp() / "ranges")
    if not library.entries():
        library.append(BARS)
    hour = 3_600 * 10**9
    low = int(BARS.time_ns[0]) + start * hour + shift
    high = low + length * hour
    assert library.bars("EURUSD", "H1", low, high).data.tobytes() == BARS.between(low, max(low, high)).data.tobytes()


def test_times_may_be_written_in_many_ways(tmp_path):
    library = Library(tmp_path)
    library.append(BARS)
    moment = datetime(2020, 1, 14, 12, tzinfo=UTC)
    for written in (
        "2020-01-14T12:00:00Z",
        "2020-01-14 12:00",
        "2020-01-14T07:00:00-05:00",
        moment,
        moment.replace(tzinfo=None),
    ):
        assert to_time_ns(written) == int(moment.timestamp()) * 10**9
        assert library.bars("EURUSD", "H1", written).time_ns[0] == to_time_ns(written)
    assert to_time_ns("2020-01-14") == to_time_ns("2020-01-14T00:00:00Z")
    assert to_time_ns(np.datetime64("2020-01-14T12:00")) == to_time_ns(moment)
    for wrong in ("yesterday", "14/01/2020", "2020-13-01", "1578261600"):
        with pytest.raises(ConfigError, match="no time"):
            to_time_ns(wrong)


def test_only_the_range_is_read(tmp_path, small_blocks, monkeypatch):
    library = Library(tmp_path)
    library.append(BARS)
    copied = []
    original = series.np.array
    monkeypatch.setattr(series.np, "array", lambda rows: copied.append(len(rows)) or original(rows))
    library.bars("EURUSD", "H1", BARS.time_ns[1_000], BARS.time_ns[1_010])
    assert copied == [10, 10]


def test_appending_does_not_rewrite(tmp_path, small_blocks):
    library = Library(tmp_path)
    library.append(BARS[:1_000])
    path = tmp_path / "forex" / "EURUSD" / "H1" / "bars-1.bin"
    before, inode = path.read_bytes(), path.stat().st_ino
    library.append(BARS[1_000:1_001])
    assert path.stat().st_ino == inode
    assert path.read_bytes()[: len(before)] == before
    assert path.stat().st_size == len(before) + 48


def test_overlaps_need_a_word(tmp_path):
    library = Library(tmp_path)
    library.append(BARS[:100])
    changed = attrs.evolve(BARS, provenance={"source": "another"})[90:110]
    with pytest.raises(DataError, match="10 of the rows given"):
        library.append(changed)
    assert library.append(changed, on_overlap="skip").rows == 110
    assert library.append(changed, on_overlap="skip").rows == 110
    assert library.bars("EURUSD", "H1").fingerprint == BARS[:110].fingerprint
    with pytest.raises(ConfigError, match="on_overlap"):
        library.append(changed, on_overlap="merge")


def test_replacing_puts_new_rows_in_place_of_old_ones(tmp_path, small_blocks):
    library = Library(tmp_path)
    library.append(BARS[:300])
    data = BARS.data[100:200][::2].copy()
    data["volume"] = 1e9
    part = Bars(
        instrument=BARS.instrument,
        timeframe="H1",
        data=data,
        spread_points=np.ones(len(data)),
        provenance={"source": "new"},
    )
    library.append(part, on_overlap="replace")
    found = library.bars("EURUSD", "H1")
    kept = np.r_[0:100, 199:300]
    assert len(found) == 100 + 50 + 101
    assert found.data[found.volume != 1e9].tobytes() == BARS.data[:300][kept].tobytes()
    assert library.check() == ()
    assert "new" in found.provenance["source"]
    assert library.bars("EURUSD", "H1", BARS.time_ns[120], BARS.time_ns[130]).provenance["source"] == "new"
    assert "new" not in library.bars("EURUSD", "H1", BARS.time_ns[250]).provenance["source"]
    assert sorted(p.name for p in (tmp_path / "forex/EURUSD/H1").glob("*.bin")) == ["bars-2.bin", "spread-2.bin"]


def test_a_crash_before_the_manifest_loses_only_what_was_appended(tmp_path, monkeypatch):
    library = Library(tmp_path)
    library.append(BARS[:100])

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(series, "write_manifest", crash)
    with pytest.raises(KeyboardInterrupt):
        library.append(BARS[100:200])
    monkeypatch.undo()
    assert (tmp_path / "forex/EURUSD/H1/bars-1.bin").stat().st_size == 200 * 48  # torn rows behind the manifest's last
    assert library.bars("EURUSD", "H1").fingerprint == BARS[:100].fingerprint
    assert library.check() == ()
    library.append(BARS[100:150])
    assert library.bars("EURUSD", "H1").fingerprint == BARS[:150].fingerprint
    assert library.check() == ()


def test_a_crash_between_the_columns_is_cut_off(tmp_path, monkeypatch):
    library = Library(tmp_path)
    library.append(BARS[:100])
    original = series._write_behind

    def crash(path, *rest):
        if path.name.startswith("spread"):
            raise KeyboardInterrupt
        original(path, *rest)

    monkeypatch.setattr(series, "_write_behind", crash)
    with pytest.raises(KeyboardInterrupt):
        library.append(BARS[100:200])
    monkeypatch.undo()
    library.append(BARS[100:120])
    assert library.bars("EURUSD", "H1").fingerprint == BARS[:120].fingerprint


def test_damage_is_found_and_named(tmp_path, small_blocks):
    library = Library(tmp_path)
    library.append(BARS[:1_000])
    path = tmp_path / "forex/EURUSD/H1/bars-1.bin"
    content = bytearray(path.read_bytes())
    content[48 * 250 + 9] ^= 1
    path.write_bytes(bytes(content))
    (problem,) = library.check()
    assert "rows 200 to 299" in problem
    path.write_bytes(bytes(content[:-1]))
    assert "shorter" in library.check()[0]
    with pytest.raises(IntegrityError, match="shorter"):
        library.bars("EURUSD", "H1")
    with pytest.raises(IntegrityError, match="shorter"):
        library.append(BARS[1_000:])


@pytest.mark.parametrize("content", ["{}", "", "[1]", '{"format": 1}'])
def test_a_changed_manifest_is_found(content, tmp_path):
    library = Library(tmp_path)
    library.append(BARS[:10])
    path = tmp_path / "forex/EURUSD/H1/manifest.json"
    path.write_text(content)
    assert len(library.check()) == 1
    with pytest.raises(IntegrityError):
        library.bars("EURUSD", "H1")


def test_a_manifest_of_a_newer_version_is_refused(tmp_path):
    library = Library(tmp_path)
    library.append(BARS[:10])
    path = tmp_path / "forex/EURUSD/H1/manifest.json"
    body = json.loads(path.read_text())
    body["blocks"][0]["rows"] = 9
    path.write_text(json.dumps(body))
    with pytest.raises(IntegrityError, match="changed"):
        library.bars("EURUSD", "H1")
    body.pop("sha256")
    body["format"] = 2
    path.write_text(json.dumps({**body, "sha256": manifests._digest(body)}))
    with pytest.raises(IntegrityError, match="format 2"):
        library.bars("EURUSD", "H1")


def test_one_writer_at_a_time(tmp_path, monkeypatch):
    library = Library(tmp_path)
    library.append(BARS[:10])
    monkeypatch.setattr(library_module, "_LOCK_TIMEOUT_S", 0.05)
    with FileLock(tmp_path / "forex/EURUSD/H1/writer.lock"), pytest.raises(StorageError, match="Another process"):
        library.append(BARS[10:20])


def test_readers_beside_a_writer_see_whole_states(tmp_path, small_blocks):
    library = Library(tmp_path)
    library.append(BARS[:50])
    done, wrong = threading.Event(), []

    def read():
        while not done.is_set():
            found = Library(tmp_path).bars("EURUSD", "H1")
            if found.data.tobytes() != BARS.data[: len(found)].tobytes():
                wrong.append(len(found))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for low in range(50, 650, 30):
        policy = "replace" if low % 120 == 50 else "raise"
        library.append(BARS[low - (10 if policy == "replace" else 0) : low + 30], on_overlap=policy)
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert library.bars("EURUSD", "H1").fingerprint == BARS[:650].fingerprint


def test_what_is_not_there_is_named(tmp_path):
    library = Library(tmp_path)
    with pytest.raises(DataError, match="It is empty"):
        library.bars("EURUSD", "H1")
    library.append(BARS[:10])
    with pytest.raises(DataError, match="Did you mean 'EURUSD H1'"):
        library.bars("EURUSD", "H4")
    with pytest.raises(DataError, match="no EURUSD tick"):
        library.ticks("EURUSD")
    with pytest.raises(ConfigError, match=r"Library\.ticks"):
        library.bars("EURUSD", "tick")
    with pytest.raises(DataError, match="nothing to append"):
        library.append(BARS[:0])


def test_sides_and_grids_must_agree(tmp_path):
    library = Library(tmp_path)
    library.append(BARS[:10])
    with pytest.raises(DataError, match="same sides"):
        library.append(attrs.evolve(BARS[10:20], spread_points=None))
    with pytest.raises(DataError, match="same digits"):
        library.append(attrs.evolve(BARS[10:20], instrument=BARS.instrument.with_digits(6)))


@pytest.mark.parametrize(
    "symbol", ["EURUSD.r", "eurusd", "EUR/USD", "..", "CON", "#US30", "BRK.B", "[x]*", "a b", "日本"]
)
def test_any_symbol_has_a_folder_of_its_own_inside_the_library(symbol, tmp_path):
    instrument = Instrument(
        symbol=symbol, base_currency="EUR", profit_currency="USD", margin_currency="EUR", digits=5, pip_size=0.0001,
        tick_size=0.00001, contract_size=100_000.0, margin_hedged=100_000.0, volume_max=7.0,
    )  # fmt: skip
    root = tmp_path / "library"
    library = Library(root)
    library.append(BARS[:10])
    mine = attrs.evolve(BARS, instrument=instrument)[:20]
    library.append(mine)
    assert library.bars(symbol, "H1").fingerprint == mine.fingerprint
    assert library.bars(symbol, "H1").instrument == instrument
    assert len(library.bars("EURUSD", "H1")) == 10
    assert [path.name for path in tmp_path.iterdir()] == ["library"]
    folder = next(path for path in (root / "forex").iterdir() if path.name != "EURUSD")
    assert folder.name.replace("%", "").replace("-", "").isalnum()
    assert folder.name.isascii()
    assert folder.name.upper() not in {"CON", "EURUSD"}
