"""Copies of a home: consistent, checked file by file, and without the keys unless they are asked for."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import attrs
import msgspec

from forexai_core.errors import ConfigError, IntegrityError, StorageError
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.services import embedded_services
from forexai_core.services.disk import Disk, storing
from forexai_saas.storage.backups import back_up
from reference_app.home_lock import HomeLock
from reference_app.store import own_folder

__all__ = ["Copied", "back_up_home", "damaged_databases", "erase_home", "kept_files", "restore_home"]

_MANIFEST = "manifest.json"
_KEYS = ("keys", "secrets.key")
# Of a running server, good for minutes, or copies themselves; `demo` is another home.
_PASSING = ("server.lock", "server.address", "login-links", "mails", "backups", "demo")
_DATABASE = ".sqlite3"
_BESIDE = (".sqlite3-wal", ".sqlite3-shm", ".lock", ".new", ".part")


class _Entry(msgspec.Struct, frozen=True):
    sha256: str
    size: int


class _Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    made_ns: int
    release: str
    with_keys: bool
    files: Mapping[str, _Entry]


@attrs.frozen(kw_only=True)
class Copied:
    """What was copied.

    Attributes
    ----------
    files, size : int
        How many, and their bytes together.
    with_keys : bool
        Whether the keys are among them.
    """

    files: int
    size: int
    with_keys: bool


def kept_files(home: Path, *, with_keys: bool) -> Iterator[Path]:
    """Give the files of a home that are worth keeping, in the order of their names."""
    left_out = _PASSING if with_keys else (*_PASSING, *_KEYS)
    for file in sorted(home.rglob("*")):
        inside = file.relative_to(home)
        if file.is_symlink() or not file.is_file() or file.name.endswith(_BESIDE):
            continue
        if inside.parts[0] not in left_out:
            yield file


def back_up_home(home: Path, target: Path, *, with_keys: bool = False) -> Copied:
    """Copy a home into a folder that is not there yet.

    Parameters
    ----------
    home : Path
        No server may run on it.
    target : Path
        Appears when it is whole.
    with_keys : bool
        Whether the keys go along: then whoever has the copy can open everything in it.

    Raises
    ------
    ConfigError
        If the target is there already, the home is not, or a server runs on it.
    IntegrityError
        If a database of the home is damaged.
    """
    if not home.is_dir():
        raise ConfigError(f"There is no home {home}.")
    if target.exists():
        raise ConfigError(f"{target} is there already. Name a folder that is not.")
    if target.resolve().is_relative_to(home.resolve()):
        raise ConfigError(f"{target} lies inside the home, and would be lost with it. Name another place.")
    draft = target.with_name(f"{target.name}.part")
    with HomeLock(home), storing(f"Copying {home} to {target}"):
        shutil.rmtree(draft, ignore_errors=True)
        own_folder(draft)
        try:
            for file in kept_files(home, with_keys=with_keys):
                _copy(file, draft / file.relative_to(home))
            copied = _write_manifest(draft, with_keys=with_keys)
            draft.replace(target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        Disk().sync_folder(target.parent)
    return copied


def restore_home(source: Path, home: Path) -> Copied:
    """Make a home of a copy, after every file of it was checked.

    What was done since the copy was made is unknown to it. So a new epoch begins, by which whatever still works for the
    lost home is shut out, and all openings are halted until a person has compared the accounts with their brokers.

    Parameters
    ----------
    source : Path
        Made by :func:`back_up_home`.
    home : Path
        Not there yet, or empty.

    Raises
    ------
    ConfigError
        If the home holds something.
    IntegrityError
        If a file of the copy is missing, was changed, or was added: nothing is written.
    """
    if home.exists() and any(home.iterdir()):
        raise ConfigError(f"{home} holds something. Erase it first, or name another --home.")
    manifest = _checked(source)
    own_folder(home)
    with storing(f"Restoring {source} to {home}"):
        for name in manifest.files:
            place = home / name
            Disk().make_folder(place.parent)
            shutil.copyfile(source / name, place)
            place.chmod(0o600)
    asyncio.run(_begin_anew(home))
    return _told(manifest)


async def _begin_anew(home: Path) -> None:
    with embedded_services(home) as services:
        await services.leases.raise_epoch()
        await services.halts.halt(
            Halt(
                scope=HaltScope.PLATFORM,
                time_ns=services.clock.now_ns(),
                by="forexai home restore",
                reason="Restored from a backup: compare the accounts with their brokers, then rearm",
            )
        )


def erase_home(home: Path) -> None:
    """Delete a home with everything in it, its keys first: what was sealed by them opens no more, wherever it lies.

    Raises
    ------
    ConfigError
        If a server runs on it, or the folder is none of ours.
    """
    if not any((home / name).exists() for name in ("keys", "platform.sqlite3", "state.sqlite3", "halts", "journal")):
        raise ConfigError(f"{home} does not look like a home of ForexAI, so nothing was deleted.")
    with HomeLock(home), storing(f"Erasing {home}"):
        for name in _KEYS:
            place = home / name
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
    shutil.rmtree(home)


def _copy(file: Path, place: Path) -> None:
    Disk().make_folder(place.parent)
    if file.suffix == _DATABASE and _is_database(file):
        made = asyncio.run(back_up(file, place.parent, f"{place.stem}.copy"))
        made.replace(place)
    else:
        shutil.copyfile(file, place)
        place.chmod(0o600)


def _is_database(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(16) == b"SQLite format 3\x00"
    except OSError as problem:
        raise StorageError(f"{file} cannot be read: {problem}.") from problem


def _write_manifest(folder: Path, *, with_keys: bool) -> Copied:
    files = {
        PurePosixPath(file.relative_to(folder)).as_posix(): _entry(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    manifest = _Manifest(
        format=1, made_ns=time.time_ns(), release=version("forexai-app"), with_keys=with_keys, files=files
    )
    Disk().replace(folder / _MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return _told(manifest)


def _checked(source: Path) -> _Manifest:
    try:
        manifest = msgspec.json.decode((source / _MANIFEST).read_bytes(), type=_Manifest)
    except (OSError, msgspec.DecodeError) as problem:
        raise IntegrityError(f"{source} is no whole copy of a home: {problem}.") from problem
    present = {
        PurePosixPath(file.relative_to(source)).as_posix()
        for file in source.rglob("*")
        if file.is_file() and file.name != _MANIFEST
    }
    if present != set(manifest.files):
        odd = sorted(present ^ set(manifest.files))
        raise IntegrityError(f"{source} is not as it was made: {', '.join(odd[:5])} is missing or was added.")
    for name, entry in manifest.files.items():
        if _entry(source / name) != entry:
            raise IntegrityError(f"{source / name} was changed after the copy was made. Take another copy.")
    return manifest


def _entry(file: Path) -> _Entry:
    with file.open("rb") as opened:
        return _Entry(sha256=hashlib.file_digest(opened, "sha256").hexdigest(), size=file.stat().st_size)


def _told(manifest: _Manifest) -> Copied:
    size = sum(entry.size for entry in manifest.files.values())
    return Copied(files=len(manifest.files), size=size, with_keys=manifest.with_keys)


def damaged_databases(home: Path) -> list[str]:
    """Name the databases of a home that SQLite itself finds damaged."""
    found = []
    for file in sorted(home.glob(f"*{_DATABASE}")):
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                found.append(file.name)
        except sqlite3.DatabaseError:
            found.append(file.name)
        finally:
            connection.close()
    return found
