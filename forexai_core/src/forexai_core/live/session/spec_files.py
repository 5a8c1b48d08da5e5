"""Session files: read from disk, with file names relative to them, and refused where something stands in vain."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from forexai_core.errors import ConfigError, PluginMissingError
from forexai_core.live.session.assembly import instant_of
from forexai_core.live.session.specification import AccountTable, FeedTable, SessionSpec, SessionTable, spec_of

__all__ = ["in_file", "read_spec"]

_FILES = ("path", "bid", "ask", "instrument", "library")
_OF_PAPER = ("balance", "currency", "leverage", "mode")
_OF_LIVE = ("history", "stale_s")


def read_spec(path: Path) -> SessionSpec:
    """Read a session file; file names in it are relative to it.

    Raises
    ------
    ConfigError
        If it cannot be read, is no TOML, or something in it is unknown, wrong or without effect; it is named.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: it is no TOML: {error}. Correct it there.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror or error}). Check its name.") from error
    spec = spec_of(_beside(path.parent.resolve(), document), str(path))
    with in_file(path):
        in_vain = next(_in_vain(spec), None)
        if in_vain is not None:
            raise ConfigError(in_vain)
        spec.risk.check_effect()
    return spec


@contextmanager
def in_file(path: Path) -> Iterator[None]:
    """Name the session file in an error of what it says."""
    try:
        yield
    except (ConfigError, PluginMissingError) as error:
        if str(path) in str(error):
            raise
        raise type(error)(f"{path}: {error}").with_traceback(error.__traceback__) from error


def _in_vain(spec: SessionSpec) -> Iterator[str]:
    """Say what a file gives that changes nothing: whoever wrote it meant something else."""
    yield from _of_session(spec.session, paper=not spec.at_venue)
    for account in spec.accounts:
        yield from _given_twice(account)
    for feed in spec.feeds:
        yield from _of_recorded(feed)


def _of_session(table: SessionTable, *, paper: bool) -> Iterator[str]:
    if "speed" in table.model_fields_set and table.clock != "accelerated":
        yield (
            f"[session] speed = {table.speed:g}: a clock of '{table.clock}' has no speed. Write clock = 'accelerated', "
            "or leave speed out."
        )
    if table.mode == "live" and paper:
        yield (
            "[session] mode = 'live': paper accounts trade no real money. Name the broker of each account in "
            "[[accounts]], or leave mode out."
        )
    ends = {}
    for key in ("start", "stop"):
        try:
            ends[key] = instant_of(getattr(table, key))
        except ConfigError as error:
            yield f"[session] {key}: {error}"
    start_ns, stop_ns = ends.get("start"), ends.get("stop")
    if start_ns is not None and stop_ns is not None and stop_ns <= start_ns:
        yield (
            f"[session] stop = '{table.stop}': the session begins to decide at its start, '{table.start}', so that "
            "nothing would be decided. Give a later stop, or an earlier start."
        )


def _given_twice(account: AccountTable) -> Iterator[str]:
    if account.broker != "paper":
        return
    for name in _OF_PAPER:
        given = getattr(account, name)
        if given is not None and name in account.settings:
            yield (
                f"[[accounts]] {account.name}: {name} is given twice, as {given!r} and in [accounts.settings] as "
                f"{account.settings[name]!r}. Leave it out there."
            )


def _of_recorded(feed: FeedTable) -> Iterator[str]:
    for name in () if feed.live else _OF_LIVE:
        if name in feed.model_fields_set:
            yield (
                f"[[feeds]] {feed.symbol}: {name} = {getattr(feed, name):g} is for prices that come while the session "
                "runs. Write live = true, or leave it out."
            )


def _beside(folder: Path, document: dict[str, Any]) -> dict[str, Any]:
    """Take the names of files and folders as relative to the session file; what is no table is left to be refused."""
    session = document.setdefault("session", {})
    if isinstance(session, dict):
        session.setdefault("journal", "journal")
        _relative(folder, session, "journal")
    for feed in _tables(document, "feeds"):
        for name in _FILES:
            _relative(folder, feed, name)
    for strategy in _tables(document, "strategies"):
        text = str(strategy.get("name", ""))
        if text.endswith(".json") or ".py:" in text:
            _relative(folder, strategy, "name")
    for name, holds, where in (
        ("by", ".py:", document.get("confirmation")),
        ("news", "", document.get("risk")),
        ("prop_firm", ".toml", document.get("risk")),
    ):
        if isinstance(where, dict) and holds in str(where.get(name, "")):
            _relative(folder, where, name)
    return document


def _tables(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = document.get(name, [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _relative(folder: Path, table: dict[str, Any], name: str) -> None:
    if isinstance(table.get(name), str) and table[name]:
        table[name] = str(folder / table[name])
