"""One-time links: whoever can write into the home may sign in to its demonstration.

A link is a file of the home, named by the hash of its token. So a program of the same user makes one for a server that
runs already, nothing listens for it, and taking the file away is what makes it good once.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from forexai_core.services.disk import Disk, storing
from forexai_saas.accounts.tokens import hashed

__all__ = ["LIFE_S", "make_login_link", "take_login_link"]

LIFE_S = 600
"""How long a link is good."""

_FOLDER = "login-links"


def make_login_link(home: Path, *, now_ns: int) -> str:
    """Make a link's token, good once and for ten minutes.

    Parameters
    ----------
    home : Path
        For its owner only, so nobody else can make one.
    now_ns : int
        By the system's clock.
    """
    token, folder = secrets.token_urlsafe(32), home / _FOLDER
    with storing(f"Making a log-in link in {folder}"):
        Disk().make_folder(folder)
        for old in folder.iterdir():
            if not _fresh(old, now_ns):
                old.unlink(missing_ok=True)
        descriptor = os.open(folder / hashed(token).hex(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(str(now_ns))
    return token


def take_login_link(home: Path, token: str, *, now_ns: int) -> bool:
    """Take a link; tell whether it was good. Of two who take it at once, one has it."""
    file = home / _FOLDER / hashed(token).hex()
    good = _fresh(file, now_ns)
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return good


def _fresh(file: Path, now_ns: int) -> bool:
    with suppress(OSError, ValueError):
        return 0 <= now_ns - int(file.read_text("utf-8")) <= LIFE_S * 10**9
    return False
