"""An environment of its own for each peer, made on demand of the pinned requirements in ``peers``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"


class PeerMissingError(Exception):
    """A peer cannot be installed here; the message says why."""


def python_of(requirements: str, place: Path | None) -> Path:
    """Give the interpreter of an environment, which is made when there is none with these pins.

    Parameters
    ----------
    requirements : str
        Name of the file in ``peers``, without its suffix.
    place : Path or None
        Where environments are kept; None when this run leaves the peers out.

    Raises
    ------
    PeerMissingError
        If it cannot be made.
    """
    if place is None:
        raise PeerMissingError("left out of this run")
    pins = PEERS / f"{requirements}.txt"
    stamp = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = place / f"{requirements}-{stamp}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "complete"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        _uv("venv", "--quiet", "--python", sys.executable, str(folder))
        _uv("pip", "install", "--quiet", "--python", str(python), "--requirement", str(pins))
        done.touch()
    return python


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv")
    if uv is None:
        raise PeerMissingError("uv is not installed")
    told = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False)
    if told.returncode:
        lines = [line.strip() for line in told.stderr.splitlines() if line.strip()]
        raise PeerMissingError(" ".join(lines[-2:]) or f"uv {arguments[0]} failed")
