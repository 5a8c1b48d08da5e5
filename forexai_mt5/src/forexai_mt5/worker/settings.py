"""Which package a worker loads, and how long its parent waits for it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from forexai_core.errors import ConfigError
from forexai_mt5.hosting.remote import HostAddress
from forexai_mt5.wire.frames import LARGEST_BYTES
from forexai_mt5.worker.functions import FUNCTIONS
from forexai_mt5.worker.messages import Start
from forexai_mt5.worker.socket_pipe import RemoteAddress

__all__ = ["Launch", "Limits"]


_PACKAGES = ("official", "hosted", "simulator", "remote")


def _above_zero(_instance: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if not value > 0:
        raise ConfigError(f"Limits: {attribute.name} lies above 0, not at {value}.")


@attrs.frozen(kw_only=True)
class Launch:
    """What a worker is started with.

    Attributes
    ----------
    package : str
        ``official``: MetaTrader5, on Windows; ``hosted``: a simulated terminal in a process of its own, which outlives
        the worker as a real one does; ``simulator``: a simulated terminal in the worker, which is lost with it;
        ``remote``: whatever a worker on another machine serves (``python -m forexai_mt5.serving``).
    host : HostAddress or None
        Of the hosted terminal.
    remote : RemoteAddress or None
        Of the other machine.
    python : str
        The interpreter.
    """

    package: str = attrs.field(default="official", validator=attrs.validators.in_(_PACKAGES))
    host: HostAddress | None = None
    remote: RemoteAddress | None = None
    python: str = sys.executable

    def __attrs_post_init__(self) -> None:
        if (self.package == "hosted") != (self.host is not None):
            raise ConfigError("A worker of a hosted terminal, and no other, is given the address of the host.")
        if (self.package == "remote") != (self.remote is not None):
            raise ConfigError("A remote worker, and no other, is given the address of its machine.")

    def message(self, largest_bytes: int) -> Start:
        """Give what the worker is told first; ``largest_bytes`` is how large its messages may be."""
        if self.host is None:
            return Start(package=self.package, largest_bytes=largest_bytes)
        return Start(package=self.package, port=self.host.port, token=self.host.token, largest_bytes=largest_bytes)


def _known(_instance: object, _attribute: object, value: Mapping[str, float]) -> None:
    for name, seconds in value.items():
        if name not in FUNCTIONS or not seconds > 0:
            raise ConfigError(f"Time-outs are given by functions of the package, above 0 s: not {name} = {seconds}.")


@attrs.frozen(kw_only=True)
class Limits:
    """How long a parent waits, and how often it tries.

    Attributes
    ----------
    call_s : float
        For the answer of a call.
    calls_s : mapping of str to float
        For that of particular functions. ``initialize`` may have to start the terminal, and history to be fetched.
    start_s : float
        For a worker to have loaded the package.
    heartbeat_s, answer_s : float
        How long nothing is called before a worker is asked whether it lives, and how long it has to answer.
    back_off_s, longest_back_off_s : float
        Before a first restart, doubled with each that follows, and at most.
    steady_s : float
        A worker that lived so long begins the series anew.
    restarts : int
        So many in one series; then it stays stopped until somebody starts it.
    waiting_calls : int
        How many calls may wait for their turn; more are refused.
    largest_bytes : int
        Of a message.
    """

    call_s: float = attrs.field(default=30.0, validator=_above_zero)
    calls_s: Mapping[str, float] = attrs.field(
        default=MappingProxyType({
            "initialize": 180.0, "login": 90.0, "copy_rates_from": 90.0, "copy_rates_from_pos": 90.0,
            "copy_rates_range": 90.0, "copy_ticks_from": 90.0, "copy_ticks_range": 90.0,
        }),
        validator=_known,
    )  # fmt: skip
    start_s: float = attrs.field(default=60.0, validator=_above_zero)
    heartbeat_s: float = attrs.field(default=5.0, validator=_above_zero)
    answer_s: float = attrs.field(default=5.0, validator=_above_zero)
    back_off_s: float = attrs.field(default=0.5, validator=_above_zero)
    longest_back_off_s: float = attrs.field(default=60.0, validator=_above_zero)
    steady_s: float = attrs.field(default=60.0, validator=_above_zero)
    restarts: int = attrs.field(default=20, validator=attrs.validators.ge(0))
    waiting_calls: int = attrs.field(default=256, validator=_above_zero)
    largest_bytes: int = attrs.field(default=LARGEST_BYTES, validator=attrs.validators.ge(1_024))

    def of(self, function: str) -> float:
        """Give the seconds that a function has."""
        return self.calls_s.get(function, self.call_s)

    def back_off(self, restart: int) -> float:
        """Give the seconds before the nth restart of a series, from 1."""
        return float(min(self.back_off_s * 2.0 ** min(restart - 1, 32), self.longest_back_off_s))
