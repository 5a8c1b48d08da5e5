"""The package's functions over a socket to a hosted terminal: what the official package's named pipe is.

It is meant to run in a worker process: what a fault does to the calling process, it does here.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from forexai_core.errors import BrokerUnreachableError
from forexai_mt5.terms.freezing import freeze
from forexai_mt5.wire.frames import Frame, pack, read_frame
from forexai_mt5.wire.values import read_value, write_value

__all__ = ["CRASHED", "HostAddress", "Remote"]

CRASHED = 70
"""Exit status of a process that a fault has ended."""

_CONNECT_S = 10.0


@attrs.frozen
class HostAddress:
    """Where a hosted terminal listens on this machine, and what it wants to hear first."""

    port: int
    token: str = attrs.field(repr=False)


class Remote:
    """A connection to a hosted terminal, with the functions of the package as attributes.

    Parameters
    ----------
    address : HostAddress
        Of the terminal's process.

    Raises
    ------
    BrokerUnreachableError
        If nobody listens there, or the token is wrong.
    """

    def __init__(self, address: HostAddress) -> None:
        try:
            self._socket = socket.create_connection(("127.0.0.1", address.port), _CONNECT_S)
        except OSError as problem:
            raise BrokerUnreachableError(
                f"No simulated terminal listens on port {address.port} of this machine: {problem}. Start it first."
            ) from problem
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._exchange({"do": "hello", "token": address.token})
        except BaseException:
            self.close()
            raise

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Give a function of the package."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self._called(name, args, kwargs)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def control(self, what: str, **values: Any) -> Any:
        """Do something to the terminal itself: ``advance`` its clock, or add a ``fault``.

        Parameters
        ----------
        what : str
            Which.
        **values
            ``seconds`` of an advance; the fields of a fault.
        """
        return self._exchange({"do": what, "values": values})

    def _called(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        blocks: list[bytes] = []
        head = {"do": "call", "name": name, "args": write_value(args, blocks), "kwargs": write_value(kwargs, blocks)}
        return self._exchange(head, blocks)

    def _exchange(self, head: Mapping[str, Any], blocks: list[bytes] | None = None) -> Any:
        self._socket.sendall(pack(Frame(head, blocks or [])))
        while True:
            frame = read_frame(self._socket.recv)
            if frame is None:
                # Not an error of a call, which could be answered: what it did is not known.
                raise ConnectionError("The simulated terminal's process has gone.")
            kind = frame.head.get("is")
            if kind == "freeze":
                freeze(float(frame.head["seconds"]))
                self._socket.sendall(pack(Frame({"do": "go on"})))
            elif kind == "crash":
                os._exit(CRASHED)
            elif kind == "raised":
                raise SystemError(frame.head["text"])
            elif kind == "refused":
                raise BrokerUnreachableError(str(frame.head["text"]))
            else:
                return read_value(frame.head["value"], frame.blocks)
