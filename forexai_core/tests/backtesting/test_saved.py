"""Saving and loading: everything comes back, and nothing that was changed is taken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from sample_results import empty_result, renamed, sample_result

from forexai_core.backtesting import Result, StrategyUsed, load_result
from forexai_core.backtesting.saved import SCHEMA_VERSION, canonical_json, content_hash
from forexai_core.errors import ConfigError, DataFormatError, IntegrityError, NotFoundError, StorageError
from forexai_core.metrics import METRICS, compute

OLD = Path(__file__).parent / "results"
INSIDE = ("max_drawdown_intrabar", "max_drawdown_intrabar_pct")


@pytest.fixture(scope="module")
def result() -> Result:
    return sample_result(400)


@pytest.fixture(scope="module")
def saved(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return result.save(tmp_path_factory.mktemp("saved") / "r.json")


def rewritten(saved: Path, path: Path, change: Callable[[dict[str, Any]], None], *, rehash: bool) -> Path:
    document = json.loads(saved.read_text())
    change(document)
    if rehash:
        document.pop("content_sha256", None)
        document["content_sha256"] = content_hash(canonical_json(document))
    path.write_text(json.dumps(document))
    return path


def same(one: Result, other: Result) -> None:
    for name in ("trades", "equity", "fills"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    for name in (
        "account", "strategies", "data", "costs", "choices", "counts", "seed", "engine_version", "metrics", "interval",
        "trials_count", "trials", "input_fingerprint", "result_fingerprint", "assumptions", "breakdowns", "start_ns",
    ):  # fmt: skip
        assert getattr(one, name) == getattr(other, name), name


def test_everything_comes_back(result: Result, saved: Path, tmp_path: Path) -> None:
    loaded = load_result(saved)
    same(loaded, result)
    assert loaded.save(tmp_path / "again.json").read_bytes() == saved.read_bytes()
    (candles,) = loaded.candles().values()
    (drawn,) = result.candles().values()
    assert candles.close.tolist() == drawn.close.tolist()
    assert len(next(iter(loaded.candles(50).values()))) <= 50


def test_a_result_without_anything_comes_back(tmp_path: Path) -> None:
    result = empty_result()
    same(load_result(result.save(tmp_path / "r.json")), result)


@pytest.mark.parametrize("name", sorted(set(METRICS) - {"sqn"}))
def test_a_figure_that_was_edited_is_named(result: Result, saved: Path, tmp_path: Path, name: str) -> None:
    figure = result.metrics[name]
    assert figure is not None

    def flatter(document: dict[str, Any]) -> None:
        document["metrics"][name] = -0.5 if name in {"exposure", *INSIDE} else figure + max(0.01, abs(figure) * 1e-6)

    path = rewritten(saved, tmp_path / "r.json", flatter, rehash=True)
    with pytest.raises(IntegrityError, match=rf"r\.json.*\b{name} is said to be"):
        load_result(path)


def test_a_figure_that_was_made_undefined_is_named(saved: Path, tmp_path: Path) -> None:
    def hide(document: dict[str, Any]) -> None:
        document["metrics"]["max_drawdown"] = None

    with pytest.raises(IntegrityError, match="max_drawdown is said to be None"):
        load_result(rewritten(saved, tmp_path / "r.json", hide, rehash=True))


def test_money_that_an_older_release_did_not_round_is_taken(result: Result, tmp_path: Path) -> None:
    plain = compute(result.trades, result.equity, initial_balance=result.account.balance, start_ns=result.start_ns)
    kept = {name: result.metrics[name] for name in ("exposure", "sqn", *INSIDE)}
    older = attrs.evolve(result, metrics={**plain, **kept, "max_drawdown": result.metrics["max_drawdown"] + 1e-10})
    assert load_result(older.save(tmp_path / "r.json")).metrics["net_profit"] == result.metrics["net_profit"]


@pytest.mark.parametrize("text", ['<script>"', "名前\u2028\u202e", "\x00\x07", "a" * 300, ""])
def test_any_text_comes_back(tmp_path: Path, text: str) -> None:
    odd = attrs.evolve(renamed(sample_result(200), text), input_fingerprint="ab")
    if "\x00" in text:  # numpy's texts end at trailing NULs; within, they stay
        assert text.rstrip("\x00") == text
    same(load_result(odd.save(tmp_path / "r.json")), odd)


def test_big_integers_are_strings(saved: Path) -> None:
    document = json.loads(saved.read_text())
    for name in ("ticket", "open_time_ns", "close_time_ns"):
        assert all(isinstance(value, str) for value in document["trades"][name])
    assert isinstance(document["equity"]["time_ns"][0], str)
    assert isinstance(document["data"][0]["start_ns"], str)
    assert isinstance(document["trials"]["started_at_ns"], str)
    assert document["schema_version"] == 1

    def numbers(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [each for part in value.values() for each in numbers(part)]
        if isinstance(value, list):
            return [each for part in value for each in numbers(part)]
        return [value] if isinstance(value, int) else []

    assert max(abs(number) for number in numbers(document)) < 2**53


def test_parameters_of_every_kind(tmp_path: Path) -> None:
    class Mode(Enum):
        FAST = "fast"

    given = {
        "a": 1, "b": 2.5, "c": True, "d": None, "e": "text", "f": (1, 2), "g": [Decimal("1.10")], "h": {3, 1, 2},
        "i": date(2024, 1, 2), "j": datetime(2024, 1, 2, tzinfo=UTC), "k": np.float64(0.1), "l": np.int64(7),
        "m": 2**60, "n": Mode.FAST, "o": {"deep": {"er": np.arange(2)}},
    }  # fmt: skip
    result = sample_result(200, strategies=(StrategyUsed(name="x", parameters=given),))
    assert load_result(result.save(tmp_path / "r.json")).strategies[0].parameters == {
        "a": 1, "b": 2.5, "c": True, "d": None, "e": "text", "f": [1, 2], "g": ["1.10"], "h": [1, 2, 3],
        "i": "2024-01-02", "j": "2024-01-02T00:00:00+00:00", "k": 0.1, "l": 7,
        "m": str(2**60), "n": "fast", "o": {"deep": {"er": [0, 1]}},
    }  # fmt: skip


@pytest.mark.parametrize("value", [object(), float("nan"), float("inf"), {"deep": [object()]}])
def test_a_parameter_that_is_no_data_is_named(tmp_path: Path, value: object) -> None:
    result = sample_result(200, strategies=(StrategyUsed(name="x", parameters={"p": value}),))
    with pytest.raises(ConfigError, match="cannot be saved"):
        result.save(tmp_path / "r.json")
    assert list(tmp_path.iterdir()) == []


CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "a trade": lambda document: document["trades"]["net_profit"].__setitem__(0, 1e6),
    "an equity": lambda document: document["equity"]["equity"].__setitem__(0, 1e6),
    "a metric": lambda document: document["metrics"].__setitem__("sharpe", 9.9),
    "the trials": lambda document: document["trials"].__setitem__("count", 1),
    "a cost": lambda document: document["costs"][0].__setitem__("value", 0.0),
    "a dropped section": lambda document: document.pop("costs"),
    "an added key": lambda document: document.__setitem__("note", "hello"),
    "the hash": lambda document: document.__setitem__("content_sha256", "00" * 32),
    "no hash": lambda document: document.pop("content_sha256"),
    "the version": lambda document: document.__setitem__("engine_version", "9"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_is_refused(saved: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(IntegrityError, match="not what was saved"):
        load_result(rewritten(saved, tmp_path / "r.json", change, rehash=False))


def test_trades_that_do_not_fit_the_fingerprint_are_refused_even_with_a_new_hash(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="result fingerprint"):
        load_result(rewritten(saved, tmp_path / "r.json", CHANGES["a trade"], rehash=True))


def test_another_layout_of_the_same_document_is_taken(result: Result, saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "pretty.json"
    path.write_text(json.dumps(json.loads(saved.read_text()), indent=2, ensure_ascii=False))
    same(load_result(path), result)


def set_to(*where: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for part in where[:-1]:
            document = document[part]  # type: ignore[index]
        document[where[-1]] = value  # type: ignore[index]

    return change


WRONG = {
    "a column is missing": lambda document: document["trades"].pop("swap"),
    "columns differ in length": lambda document: document["equity"]["margin"].pop(),
    "a number is a text": set_to("equity", "equity", 0, value="1.0"),
    "a time is no number": set_to("equity", "time_ns", 0, value="soon"),
    "a time is a float": set_to("equity", "time_ns", 0, value=1.5),
    "a time is too big": set_to("equity", "time_ns", 0, value=str(2**63)),
    "a side is too big": set_to("trades", "side", 0, value=300),
    "a symbol is too long": set_to("trades", "symbol", 0, value="A" * 17),
    "a flag is a number": set_to("trades", "ambiguous", 0, value=1),
    "a source is unknown": set_to("costs", 0, "source", value="guessed"),
    "a balance is below zero": set_to("account", "balance", value=-1.0),
    "a clock is unknown": set_to("account", "clock", value="Mars/Olympus"),
    "a section is a list": set_to("account", value=[]),
    "candles differ in length": lambda document: document["candles"][0]["open"].pop(),
    "a fingerprint is no hex": set_to("input_fingerprint", value="<b>"),
    "a seed is a number": set_to("seed", value=7),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_wrong_document_is_a_format_error(saved: Path, tmp_path: Path, change: Any) -> None:
    with pytest.raises(DataFormatError, match=r"r\.json"):
        load_result(rewritten(saved, tmp_path / "r.json", change, rehash=True))


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{", b"[" * 100_000,
     b'{"schema": "forexai.result", "schema_version": NaN}',
     b'{"schema": "forexai.result"}', b'{"schema": "forexai.result", "schema_version": true}',
     b'{"schema": "forexai.result", "schema_version": 0}', b"1" * 5_000],
)  # fmt: skip
def test_what_is_no_result_is_a_format_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(DataFormatError, match=r"result\.save"):
        load_result(path)


def test_a_newer_version_asks_for_an_upgrade(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "r.json", set_to("schema_version", value=2), rehash=True)
    with pytest.raises(DataFormatError, match="Upgrade forexai-core"):
        load_result(path)


@pytest.mark.parametrize("path", sorted(OLD.glob("version_*.json")), ids=lambda path: path.stem)
def test_results_of_every_version_open(path: Path) -> None:
    """One file a version, never written again: what a release saved, every later one reads."""
    loaded = load_result(path)
    assert loaded.result_fingerprint == "2c2f8eac1f6b586e223bb653b9faca980083d979b518bd6369c8ee9b183fc053"
    assert len(loaded.trades) == 7
    assert loaded.metrics["total_trades"] == 7
    assert loaded.trials == 37
    assert loaded.summary()


def test_the_present_version_is_among_them() -> None:
    assert (OLD / f"version_{SCHEMA_VERSION}.json").is_file()


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"result\.save"):
        load_result(tmp_path / "none.json")
    with pytest.raises(StorageError, match="cannot be read"):
        load_result(tmp_path)


def test_a_failed_save_leaves_the_old_file(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        result.save(path)
    assert [each.name for each in tmp_path.iterdir()] == ["r.json"]
    assert path.read_text() == "old"
