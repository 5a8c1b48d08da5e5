"""The process of a simulated terminal: one terminal, and connections to it, each of which is one program's package.

Calls of all connections take turns, as a terminal's do. While a fault lets one caller stand still, others go on; when a
caller dies meanwhile, its call is not carried out.
"""

from __future__ import annotations

import hmac
import secrets
import socket
import threading
from collections.abc import Mapping
from typing import Any

from forexai_core.errors import ForexAIError
from forexai_core.services.clocks import ManualClock
from forexai_mt5 import simulator as mt5
from forexai_mt5.hosting.remote import HostAddress
from forexai_mt5.hosting.settings import HostSettings
from forexai_mt5.simulator.face.client import FUNCTIONS
from forexai_mt5.simulator.terminal.clocks import TerminalClock
from forexai_mt5.wire.frames import Frame, pack, read_frame
from forexai_mt5.wire.values import read_value, write_value

__all__ = ["TerminalHost", "terminal_of"]

_NS_PER_S = 1_000_000_000


class _CallerGone(Exception):  # noqa: N818 - it ends a call, and is no error of anybody's
    """The process that called has gone."""


def _clock(settings: HostSettings) -> TerminalClock | None:
    if not settings.start_ns:
        return None
    if settings.speed:
        return mt5.AcceleratedClock(settings.start_ns, speed=settings.speed)
    return ManualClock(settings.start_ns)


def terminal_of(settings: HostSettings) -> mt5.Terminal:
    """Make the terminal that settings describe."""
    symbols = mt5.reference_symbols(suffix=settings.suffix)
    chosen = {name + settings.suffix for name in settings.symbols}
    return mt5.Terminal(
        accounts=[mt5.AccountSettings(**each) for each in settings.accounts] or [mt5.AccountSettings()],
        symbols=[symbol for symbol in symbols if not chosen or symbol.name in chosen],
        clock=_clock(settings),
        seed=settings.seed,
        history_days=settings.history_days,
        faults=settings.faults,
    )


class TerminalHost:
    """Who answers for a terminal.

    Parameters
    ----------
    terminal : Terminal
        The one.
    """

    def __init__(self, terminal: mt5.Terminal) -> None:
        self.terminal = terminal
        self._turn = threading.Lock()
        self._token = secrets.token_hex(32)
        self._listener = socket.create_server(("127.0.0.1", 0))

    @property
    def address(self) -> HostAddress:
        """Where it listens; only this machine reaches it, and only who knows the token is heard."""
        return HostAddress(self._listener.getsockname()[1], self._token)

    def serve(self) -> None:
        """Answer as long as the process lives."""
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_Caller(self, connection).serve, daemon=True).start()

    @property
    def turn(self) -> threading.Lock:
        """Held by whoever is at the terminal."""
        return self._turn

    def knows(self, token: str) -> bool:
        """Say whether a caller may be heard."""
        return hmac.compare_digest(token.encode(), self._token.encode())

    def control(self, what: str, values: Mapping[str, Any]) -> Any:
        """Do what is asked of the terminal itself."""
        clock = self.terminal.clock
        if what == "advance" and isinstance(clock, ManualClock):
            return clock.advance(float(values["seconds"]))
        if what == "fault":
            elapsed = {"after_s": self.terminal.elapsed_s}
            return self.terminal.add_fault(elapsed | dict(values))
        raise ValueError(f"A hosted terminal does not know '{what}', or its clock cannot be moved.")


class _Caller:
    """One connection: one process that has the package."""

    def __init__(self, host: TerminalHost, connection: socket.socket) -> None:
        self._host, self._connection = host, connection
        self._client = mt5.Client(host.terminal)
        self._client.caller = self

    def serve(self) -> None:
        """Answer one process until it is gone."""
        with self._connection:
            try:
                if self._welcome():
                    while (frame := read_frame(self._connection.recv)) is not None:
                        self._answer(frame)
            except (OSError, ForexAIError, _CallerGone):
                return  # whoever called has gone, or does not speak this protocol: nothing is left to be said

    def _welcome(self) -> bool:
        frame = read_frame(self._connection.recv, largest=1_024)
        known = frame is not None and self._host.knows(str(frame.head.get("token", "")))
        if known:
            self._send({"is": "value", "value": None})
        elif frame is not None:
            self._send({"is": "refused", "text": "The simulated terminal does not know this token."})
        return known

    def _answer(self, frame: Frame) -> None:
        blocks: list[bytes] = []
        try:
            with self._host.turn:
                value = self._done(frame)
            head = {"is": "value", "value": write_value(value, blocks)}
        except SystemError as problem:
            head = {"is": "raised", "text": str(problem)}
        except (ForexAIError, ValueError, TypeError, KeyError) as problem:
            head = {"is": "refused", "text": f"{type(problem).__name__}: {problem}"}
        self._send(head, blocks)

    def _done(self, frame: Frame) -> Any:
        what = frame.head.get("do")
        if what != "call":
            return self._host.control(str(what), frame.head.get("values", {}))
        name = frame.head["name"]
        if name not in FUNCTIONS:
            raise ValueError(f"The package has no function '{name}'.")
        args = read_value(frame.head["args"], frame.blocks)
        kwargs = read_value(frame.head["kwargs"], frame.blocks)
        return getattr(self._client, name)(*args, **kwargs)

    def _send(self, head: Mapping[str, Any], blocks: list[bytes] | None = None) -> None:
        self._connection.sendall(pack(Frame(head, blocks or [])))

    # ---------------------------------------------------------------------------------------- what faults do to it
    def freeze(self, seconds: float) -> None:
        """Let the caller stand still, and others have their turn; a caller that dies meanwhile has not called."""
        self._host.turn.release()
        try:
            self._send({"is": "freeze", "seconds": seconds})
            if read_frame(self._connection.recv) is None:
                raise _CallerGone
        finally:
            self._host.turn.acquire()

    def crash(self) -> None:
        """End the caller."""
        self._send({"is": "crash"})
        raise _CallerGone
