"""Writing a file wholly or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from forexai_core.errors import StorageError

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Give a file new content; whatever happens, it holds either the old or the new.

    Parameters
    ----------
    path : Path
        Where; the folder must exist.
    content : bytes
        What.

    Raises
    ------
    StorageError
        If it could not be written; then what was there before is untouched.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        with fresh.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise StorageError(
            f"'{path}' could not be written: {problem.strerror or problem}. Check that the folder exists, that you may "
            "write there, and that the disk has room."
        ) from problem
