"""Watching what a plugin does: networks, programs, slow imports, pickles and clocks."""

from __future__ import annotations

import builtins
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

__all__ = ["imports_of", "no_network", "no_wall_clock", "unpickling"]

_PICKLERS = frozenset({"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"})


@contextmanager
def _replaced(replacements: Collection[tuple[Any, str, object]]) -> Iterator[None]:
    before = [(owner, name, owner.__dict__[name]) for owner, name, _ in replacements if name in owner.__dict__]
    added = [(owner, name) for owner, name, _ in replacements if name not in owner.__dict__]
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)
    try:
        yield
    finally:
        for owner, name, original in before:
            setattr(owner, name, original)
        for owner, name in added:
            delattr(owner, name)


@contextmanager
def no_network() -> Iterator[list[str]]:
    """Cut Python's network and programs off; what tries gets an :class:`OSError`, and is listed.

    Yields
    ------
    list of str
        What was tried, also where the plugin swallowed the error.
    """
    tried: list[str] = []

    def refuse(what: str) -> Callable[..., NoReturn]:
        def refusing(*arguments: Any, **_options: Any) -> NoReturn:
            shown = [repr(each) for each in arguments if isinstance(each, str | bytes | tuple | list)]
            tried.append(f"{what}({', '.join(shown)})")
            raise ConnectionRefusedError(f"{what} is cut off while this rule runs")

        return refusing

    with _replaced(
        [
            (socket.socket, "connect", refuse("connect")),
            (socket.socket, "connect_ex", refuse("connect_ex")),
            (socket, "getaddrinfo", refuse("getaddrinfo")),
            (socket, "create_connection", refuse("create_connection")),
            (subprocess.Popen, "__init__", refuse("Popen")),
        ]
    ):
        yield tried


@contextmanager
def imports_of(names: Collection[str]) -> Iterator[list[str]]:
    """List which of some packages are imported meanwhile, also those that were loaded before."""
    seen: list[str] = []
    original = builtins.__import__

    def watching(name: str, *arguments: Any, **options: Any) -> Any:
        level = arguments[3] if len(arguments) > 3 else options.get("level", 0)
        if level == 0 and name.partition(".")[0] in names:
            seen.append(name)
        return original(name, *arguments, **options)

    with _replaced([(builtins, "__import__", watching)]):
        yield seen


@contextmanager
def no_wall_clock() -> Iterator[list[str]]:
    """List calls of the system's clocks in module ``time`` meanwhile; they go on working."""
    asked: list[str] = []

    def watching(name: str) -> Callable[[], Any]:
        original = getattr(time, name)

        def watched() -> Any:
            asked.append(f"time.{name}")
            return original()

        return watched

    with _replaced([(time, name, watching(name)) for name in ("time", "time_ns", "monotonic", "monotonic_ns")]):
        yield asked


@contextmanager
def unpickling() -> Iterator[list[str]]:
    """List calls meanwhile into modules that turn data into code: pickle and its kin."""
    seen: list[str] = []
    before = sys.getprofile()

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            owner = getattr(argument, "__self__", None)
            module = getattr(argument, "__module__", None) or getattr(type(owner), "__module__", "")
            name = getattr(argument, "__name__", "")
        elif event == "call":
            module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        else:
            return
        if str(module).partition(".")[0] in _PICKLERS and name != "<module>":
            seen.append(f"{module}.{name}")

    sys.setprofile(watch)
    try:
        yield seen
    finally:
        sys.setprofile(before)
