"""The side that computes: takes tasks from its standard input, one after the other, until that ends."""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import BinaryIO

import msgspec

from forexai_core.errors import ConfigError, DataError, ForexAIError, TradingError
from reference_app.processes.frames import LENGTH, Task, Told, framed

__all__ = ["Say", "Work", "serve_tasks"]

_LOG = logging.getLogger(__name__)

Say = Callable[[float, str], None]
"""Tells how far a task is: 0 to 1, and a note for people."""

Work = Callable[[bytes, Say], bytes]
"""A task: takes what it is given, and gives what it found."""

_KINDS: tuple[type[ForexAIError], ...] = (ConfigError, DataError, TradingError)


def serve_tasks(works: Mapping[str, Work]) -> None:
    """Do tasks until the application closes the pipe, or is gone.

    Parameters
    ----------
    works : mapping of str to callable
        By name.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to every process of a terminal: the application decides
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    # What libraries and plugins print is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, tasks), daemon=True).start()
    while True:
        task = tasks.get()
        _send(told, _done(works, task, told))


def _read(source: BinaryIO, tasks: queue.SimpleQueue[Task]) -> None:
    """Read tasks; at the end of the pipe nobody is left to compute for, whatever is being done."""
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        tasks.put(msgspec.msgpack.decode(source.read(LENGTH.unpack(head)[0]), type=Task))
    os._exit(0)


def _done(works: Mapping[str, Work], task: Task, told: BinaryIO) -> Told:
    def say(fraction: float, note: str) -> None:
        _send(told, Told(kind="progress", fraction=min(1.0, max(0.0, fraction)), note=note))

    try:
        return Told(kind="done", body=works[task.name](task.body, say))
    except ForexAIError as refusal:
        kind = next((each for each in _KINDS if isinstance(refusal, each)), ForexAIError)
        return Told(kind="refused", note=str(refusal), error=kind.__name__)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the next task is done all the same
        _LOG.exception("the task %s failed", task.name)
        return Told(kind="failed", note=type(problem).__name__)


def _send(told: BinaryIO, message: Told) -> None:
    frame = memoryview(framed(message))
    while frame:
        frame = frame[told.write(frame) :]
