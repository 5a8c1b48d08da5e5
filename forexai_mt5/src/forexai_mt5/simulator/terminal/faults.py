"""What goes wrong, as data: a schedule of faults that a simulated terminal goes through.

Each fault says what happens, at which calls, from when until when, how often, and with which chance. One seed gives the
same faults to the same calls.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_mt5.terms import constants as c

__all__ = ["AT_ONCE", "Fault", "Faults", "Kind"]

Kind = str

_IPC = {
    "ipc_failed": c.RES_E_INTERNAL_FAIL,
    "ipc_send": c.RES_E_INTERNAL_FAIL_SEND,
    "ipc_receive": c.RES_E_INTERNAL_FAIL_RECEIVE,
}

BEFORE_A_CALL = {
    "hang": "the call blocks, and all threads with it, for `seconds`; a worker is killed meanwhile",
    "slow": "the call takes `seconds` more, and all threads stand still",
    "crash": "the calling process ends on the spot; with `executed` an `order_send` was carried out before",
    "ipc_failed": "-10000, nothing was done",
    "ipc_send": "-10001, nothing was done; the connection stays broken until `shutdown` and `initialize`",
    "ipc_receive": "-10002, the connection is broken; with `executed` an `order_send` was carried out all the same",
    "call_failed": "the call fails with `code` in `last_error`, default -1",
    "initialize_timeout": "`initialize` and `login` end with -10005: the terminal is there and does not get logged in",
    "terminal_missing": "`initialize` ends with -10003",
    "version_mismatch": "-5, after the terminal has updated itself",
    "restart": "the terminal starts anew: the connection is broken, charts are fetched again",
}
TO_A_REQUEST = {
    "retcode": "a request is answered `code` (10004 requote, 10006, 10020, 10021, 10024, 10028 …) and not carried out",
    "answer_lost": "a request is carried out and nobody hears of it: None and `code`, default -10002",
    "answer_unknown": "a request is carried out, and answered with `code`: 10012 (default), 10031 or 10011",
    "placed": "a request is carried out, and answered 10008 without price and deal: the fill is seen later",
}
STATES = {
    "history_lag": "positions, orders and history show what is new only `seconds` later",
    "comment": "the server writes `text` in place of the comments of orders, deals and positions",
    "auto_trading_off": "the button Algo Trading is off: 10027",
    "api_disabled": "algorithmic trading by Python is disabled: `order_send` gives None and -8",
    "server_disables": "the server lets no program trade: 10026",
    "connection_lost": "the terminal has no connection to the server: 10031, `connected` is False, prices stand still",
    "account_switched": "somebody logs the terminal in to the account `login`",
    "hidden": "`symbol` is taken out of the Market Watch",
}
ON_THE_MARKET = {
    "session_closed": "`symbol` does not trade for `seconds`: 10018",
    "quotes_stop": "no quote of `symbol` arrives for `seconds`",
    "price_jump": "`symbol` jumps by `points`: a gap, a stop-out",
    "spread": "the spread of `symbol` is `points` wider for `seconds`",
}
KINDS: Mapping[str, str] = BEFORE_A_CALL | TO_A_REQUEST | STATES | ON_THE_MARKET
"""Every kind of fault, and what it does."""

AT_ONCE = frozenset({"account_switched", "hidden", *ON_THE_MARKET})
"""Kinds that happen once their time has come, whatever is called."""


def _kind(_instance: object, _attribute: attrs.Attribute[str], value: str) -> None:
    if value not in KINDS:
        raise ConfigError(f"There is no fault '{value}'. {did_you_mean(value, KINDS)} Known are {', '.join(KINDS)}.")


def _names(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@attrs.frozen(kw_only=True)
class Fault:
    """One thing that goes wrong.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    calls : tuple of str
        Functions that it meets; empty: of faults to requests ``order_send``, of those of logging in ``initialize`` and
        ``login``, of the others every function that goes through the pipe but ``initialize``.
    after_s, until_s : float
        Seconds of the terminal's clock since it was made, within which it can happen.
    skip : int
        So many calls that it could meet are left alone first.
    times : int or None
        How often it happens; None: every time. States hold throughout their time.
    probability : float
        Chance at each call, drawn by the schedule's seed.
    seconds, points, code, login, symbol, text, executed
        What the kind asks for.
    """

    kind: Kind = attrs.field(validator=_kind)
    calls: tuple[str, ...] = attrs.field(default=(), converter=_names)
    after_s: float = 0.0
    until_s: float = float("inf")
    skip: int = 0
    times: int | None = 1
    probability: float = attrs.field(default=1.0, validator=[attrs.validators.ge(0.0), attrs.validators.le(1.0)])
    seconds: float = 0.0
    points: int = 0
    code: int = 0
    login: int = 0
    symbol: str = ""
    text: str = ""
    executed: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Fault:
        """Make a fault from data, as a file has it.

        Raises
        ------
        ConfigError
            If there is no such field or kind.
        """
        known = {field.name for field in attrs.fields(cls)}
        for name in values:
            if name not in known:
                raise ConfigError(f"A fault has no field '{name}'. {did_you_mean(name, known)}")
        return cls(**values)

    @property
    def ipc_code(self) -> int:
        """What ``last_error`` says of a fault between Python and the terminal; 0 of another."""
        return _IPC.get(self.kind, 0)

    def meets(self, call: str) -> bool:
        """Say whether it can happen at a call of a function."""
        if self.calls:
            return call in self.calls
        if self.kind in TO_A_REQUEST:
            return call == "order_send"
        if self.kind in {"initialize_timeout", "terminal_missing"}:
            return call in {"initialize", "login"}
        return call != "initialize"


class Faults:
    """A schedule of faults, and how far it has come.

    Parameters
    ----------
    schedule : iterable of Fault or mapping
        Looked at in this order; of faults before one call the first that happens counts.
    seed : int
        Of all that is drawn.
    """

    def __init__(self, schedule: Iterable[Fault | Mapping[str, Any]] = (), *, seed: int = 0) -> None:
        self._faults = [each if isinstance(each, Fault) else Fault.of(each) for each in schedule]
        self._met = [0] * len(self._faults)
        self._happened = [0] * len(self._faults)
        self._chance = random.Random(seed)  # noqa: S311 - a draw, not a secret
        self.log: list[tuple[float, str, str]] = []

    def add(self, fault: Fault | Mapping[str, Any]) -> None:
        """Append a fault to the schedule."""
        self._faults.append(fault if isinstance(fault, Fault) else Fault.of(fault))
        self._met.append(0)
        self._happened.append(0)

    def at_call(self, kinds: Iterable[str], call: str, elapsed_s: float) -> Fault | None:
        """Give the fault that happens to a call now, and count it."""
        wanted = set(kinds)
        for place, fault in enumerate(self._faults):
            if fault.kind not in wanted or not fault.meets(call) or not fault.after_s <= elapsed_s < fault.until_s:
                continue
            self._met[place] += 1
            spent = fault.times is not None and self._happened[place] >= fault.times
            if spent or self._met[place] <= fault.skip or self._chance.random() >= fault.probability:
                continue
            self._happened[place] += 1
            self.log.append((elapsed_s, fault.kind, call))
            return fault
        return None

    def state(self, kind: str, elapsed_s: float) -> Fault | None:
        """Give the fault that holds now; of several the last one of the schedule."""
        holding = [f for f in self._faults if f.kind == kind and f.after_s <= elapsed_s < f.until_s]
        return holding[-1] if holding else None

    def due(self, elapsed_s: float) -> list[Fault]:
        """Give the faults that happen at their time, and whose time has come; each once."""
        found = []
        for place, fault in enumerate(self._faults):
            if fault.kind in AT_ONCE and not self._happened[place] and fault.after_s <= elapsed_s:
                self._happened[place] = 1
                self.log.append((fault.after_s, fault.kind, ""))
                found.append(fault)
        return sorted(found, key=lambda fault: fault.after_s)
