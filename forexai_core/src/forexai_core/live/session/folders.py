"""Where a session keeps what it writes: one folder a run, beside those of earlier runs."""

from __future__ import annotations

from pathlib import Path

from forexai_core.errors import NotFoundError, StorageError

__all__ = ["newest_run", "next_run", "standing_run"]

_PREFIX, _DIGITS = "run-", 5
_STANDING = "standing"
_STATE = "state.sqlite3"


def _runs(journal: Path) -> list[Path]:
    found = [
        each
        for each in (journal.iterdir() if journal.is_dir() else ())
        if each.name.startswith(_PREFIX) and each.name.removeprefix(_PREFIX).isdigit() and each.is_dir()
    ]
    return sorted(found, key=lambda each: int(each.name.removeprefix(_PREFIX)))


def next_run(journal: Path) -> Path:
    """Make the folder of a new run; two that start at once get one each.

    Raises
    ------
    StorageError
        If it cannot be made.
    """
    try:
        journal.mkdir(parents=True, exist_ok=True)
        while True:
            runs = _runs(journal)
            number = int(runs[-1].name.removeprefix(_PREFIX)) + 1 if runs else 1
            made = journal / f"{_PREFIX}{number:0{_DIGITS}}"
            try:
                made.mkdir()
            except FileExistsError:
                continue
            return made
    except OSError as problem:
        raise StorageError(
            f"The journal's folder {journal} cannot be made or written ({problem.strerror or problem})."
        ) from problem


def standing_run(journal: Path) -> Path:
    """Give the folder of a session at a venue: the same at each start, since orders outlive the process that sent them.

    Raises
    ------
    StorageError
        If it cannot be made.
    """
    folder = journal / _STANDING
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StorageError(
            f"The journal's folder {folder} cannot be made or written ({problem.strerror or problem})."
        ) from problem
    return folder


def newest_run(journal: Path) -> Path:
    """Find the newest run of a journal; the folder of a run stands for itself.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    if (journal / _STATE).is_file():
        return journal
    runs = _runs(journal)
    standing = journal / _STANDING
    if (standing / _STATE).is_file() and not (runs and _written_ns(runs[-1]) > _written_ns(standing)):
        return standing
    if not runs:
        raise NotFoundError(f"There is no run of a session in {journal}: give the folder that [session] journal names.")
    return runs[-1]


def _written_ns(run: Path) -> int:
    """Say when a run was last written to; one whose state is missing never was."""
    try:
        return (run / _STATE).stat().st_mtime_ns
    except OSError:
        return 0
