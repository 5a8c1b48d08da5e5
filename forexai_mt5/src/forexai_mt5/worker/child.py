"""The worker's side: one loop that reads a call, calls the package, and writes the answer.

It has one thread. The official package holds the interpreter's lock during every call, so that a second one would not
run either; whether the process is alive is for its parent to find out.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, BinaryIO

from forexai_core.errors import ConfigError, ForexAIError
from forexai_mt5.hosting.remote import HostAddress, Remote
from forexai_mt5.wire.frames import MessageError, pack, read_frame
from forexai_mt5.worker.functions import FUNCTIONS
from forexai_mt5.worker.messages import (
    PROTOCOL,
    Answered,
    Call,
    Failed,
    Message,
    Ping,
    Pong,
    Ready,
    Start,
    from_frame,
    to_frame,
)

__all__ = ["serve"]


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer a parent until its pipe ends.

    Parameters
    ----------
    source, sink : binary file
        From the parent and to it.
    """
    first = _read(source)
    if first is None:
        return
    if not isinstance(first, Start) or first.protocol != PROTOCOL:
        raise MessageError("A worker is told first which package to load, in its own protocol.")
    try:
        package = _package(first)
    except (ImportError, ForexAIError) as problem:
        _write(sink, Failed(number=0, kind=type(problem).__name__, text=str(problem)))
        return
    version = str(getattr(package, "__version__", "")) if first.package != "hosted" else "hosted"
    _write(sink, Ready(process_id=os.getpid(), package_version=version))
    while (message := _read(source)) is not None:
        if isinstance(message, Ping):
            _write(sink, Pong(number=message.number))
        elif isinstance(message, Call):
            sink.write(_answer(package, message, first.largest_bytes))
            sink.flush()
        else:
            raise MessageError(f"A worker was sent {type(message).__name__}, which only it may send.")


def _package(start: Start) -> Any:
    """Give the module, or what stands for it. The choices are fixed: nothing is loaded by a name that was sent."""
    if start.package == "hosted":
        return Remote(HostAddress(start.port, start.token))
    names = {"official": "MetaTrader5", "simulator": "forexai_mt5.simulator"}
    if start.package not in names:
        raise ConfigError(f"A worker knows the packages hosted, {' and '.join(names)}, not '{start.package}'.")
    if start.package == "official" and sys.platform != "win32":
        raise ConfigError(
            "The MetaTrader5 package runs on Windows only. Use the simulator here, or a connector on a Windows machine."
        )
    return importlib.import_module(names[start.package])


def _answer(package: Any, call: Call, largest: int) -> bytes:
    called = False
    try:
        if call.function not in FUNCTIONS:
            raise ConfigError(f"The MetaTrader 5 package has no function '{call.function}'.")
        value = getattr(package, call.function)(*call.args, **call.kwargs)
        called = True
        error = package.last_error()  # at once, in the same thread: the next call begins it anew
        answer = Answered(number=call.number, value=value, error=(int(error[0]), str(error[1])))
        return pack(to_frame(answer), largest=largest)
    except (SystemError, TypeError, ValueError, OverflowError, ForexAIError) as problem:
        # What the package raises of wrong arguments, and an answer that is too large for a message.
        return pack(to_frame(Failed(number=call.number, kind=type(problem).__name__, text=str(problem), called=called)))


def _read(source: BinaryIO) -> Message | None:
    frame = read_frame(source.read)
    return None if frame is None else from_frame(frame)


def _write(sink: BinaryIO, message: Message) -> None:
    sink.write(pack(to_frame(message)))
    sink.flush()
