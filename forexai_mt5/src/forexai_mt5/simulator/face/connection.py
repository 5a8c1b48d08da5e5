"""The client's side of the pipe: one connection a process, and what ``last_error`` says of each call."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from forexai_mt5.simulator.face.account_views import account_view
from forexai_mt5.simulator.face.arguments import ExceptionLeftSet, invalid
from forexai_mt5.simulator.server.trade_server import TradeServer
from forexai_mt5.simulator.terminal.faults import BEFORE_A_CALL, Fault
from forexai_mt5.simulator.terminal.terminal import Terminal
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import SUCCESS, CallError
from forexai_mt5.terms.freezing import freeze
from forexai_mt5.terms.structure import structure_of
from forexai_mt5.terms.structures import AccountInfo, TerminalInfo

__all__ = ["Caller", "Connection", "OwnProcess", "call"]

P = ParamSpec("P")
R = TypeVar("R")
Self = TypeVar("Self", bound="Connection")

_CRASHED = 70  # an internal error of software, as BSD's sysexits.h has it


class Caller(Protocol):
    """The process that calls, and what a fault does to it."""

    def freeze(self, seconds: float) -> None:
        """Stand still with all threads."""
        ...

    def crash(self) -> None:
        """End without another word."""
        ...


class OwnProcess:
    """The process that the simulator itself runs in."""

    def freeze(self, seconds: float) -> None:
        """Stand still with all threads."""
        freeze(seconds)

    def crash(self) -> None:
        """End at once, as a fault in a library ends it: nothing is flushed, nobody is told."""
        os._exit(_CRASHED)


_BREAKING = {"ipc_send", "ipc_receive", "restart"}


def call(failure: Any = None) -> Callable[[Callable[Concatenate[Self, P], R]], Callable[Concatenate[Self, P], R]]:
    """Make a function of the package of a method: it never raises but what the real one does.

    Parameters
    ----------
    failure : object
        What it gives when it fails; the code stands in ``last_error``.
    """

    def make(body: Callable[Concatenate[Self, P], R]) -> Callable[Concatenate[Self, P], R]:
        @functools.wraps(body)
        def function(self: Self, *args: P.args, **kwargs: P.kwargs) -> R:
            self.error = SUCCESS
            try:
                return body(self, *args, **kwargs)
            except CallError as problem:
                self.error = (problem.code, problem.text)
                return cast("R", failure)
            except ExceptionLeftSet as problem:
                self.error = (c.RES_E_INVALID_PARAMS, "Invalid arguments")
                cause = TypeError(str(problem))
                raise SystemError(
                    f"<built-in function {body.__name__}> returned a result with an exception set"
                ) from cause

        return cast("Callable[Concatenate[Self, P], R]", function)

    return make


class Connection:
    """The package in one process.

    Parameters
    ----------
    terminals : iterable of Terminal
        What is installed; ``initialize`` without a path takes the first.
    """

    def __init__(self, terminals: Iterable[Terminal]) -> None:
        self.terminals = tuple(terminals)
        self.error: tuple[int, str] = SUCCESS
        self._terminal: Terminal | None = None
        self._starts = 0
        self._broken = False
        self.requests = 0
        self.caller: Caller = OwnProcess()

    # ------------------------------------------------------------------------------------------------ for all calls
    def enter(self, name: str) -> TradeServer:
        """Go through the pipe: what every call does before anything else.

        Raises
        ------
        CallError
            If there is no connection, or a fault happens.
        """
        terminal = self.attached()
        fault = terminal.faults.at_call(BEFORE_A_CALL, name, terminal.elapsed_s)
        if fault is not None:
            self.suffer(fault)
        return terminal.update()

    def attached(self) -> Terminal:
        """Give the terminal that is connected.

        Raises
        ------
        CallError
            If none is, or the pipe broke: that stays so until ``shutdown`` and ``initialize``.
        """
        if self._terminal is None:
            raise CallError(c.RES_E_INTERNAL_FAIL_CONNECT)
        if self._broken or self._starts != self._terminal.starts:
            self._broken = True
            raise CallError(c.RES_E_INTERNAL_FAIL_SEND)
        return self._terminal

    def suffer(self, fault: Fault) -> None:
        """Let a fault before a call happen."""
        if fault.kind in {"hang", "slow"}:
            self.caller.freeze(fault.seconds)
            return
        if fault.kind == "crash":
            self.caller.crash()
        if fault.kind in _BREAKING:
            self._broken = True
        if fault.kind == "restart" and self._terminal is not None:
            self._terminal.restart()
            raise CallError(c.RES_E_INTERNAL_FAIL_RECEIVE)
        if fault.kind == "version_mismatch":
            raise CallError(c.RES_E_INVALID_VERSION)
        if fault.kind == "initialize_timeout":
            raise CallError(c.RES_E_INTERNAL_FAIL_TIMEOUT)
        if fault.kind == "terminal_missing":
            raise CallError(c.RES_E_INTERNAL_FAIL_INIT)
        raise CallError(fault.ipc_code or fault.code or c.RES_E_FAIL)

    def lose(self, code: int) -> None:
        """Lose the answer of a call that was carried out."""
        self._broken = code in {c.RES_E_INTERNAL_FAIL_SEND, c.RES_E_INTERNAL_FAIL_RECEIVE}
        raise CallError(code)

    # ------------------------------------------------------------------------------------------------------- functions
    def last_error(self) -> tuple[int, str]:
        """Return last error code and description."""
        return self.error

    @call(failure=False)
    def initialize(self, *args: Any, **kwargs: Any) -> bool:
        """Establish connection to MetaTrader 5 terminal."""
        self._terminal, self._broken = None, False
        if len(args) > 1:
            raise invalid("number of arguments")
        if args and not isinstance(args[0], str):
            raise invalid("1st unnamed argument")
        named = dict(kwargs) | ({"path": args[0]} if args else {})
        asked = _credentials(named)
        if not isinstance(named.get("path", ""), str):
            raise invalid('"path" argument')
        terminal = self._installed(named.get("path"))
        fault = terminal.faults.at_call(BEFORE_A_CALL, "initialize", terminal.elapsed_s)
        if fault is not None:
            self.suffer(fault)
        if bool(named.get("portable", terminal.program.portable)) != terminal.program.portable:
            raise CallError(c.RES_E_INTERNAL_FAIL_TIMEOUT)
        if asked.get("login"):
            terminal.log_in(asked["login"], asked.get("password"), asked.get("server"))
        self._terminal, self._starts = terminal, terminal.starts
        terminal.update()
        return True

    def _installed(self, path: str | None) -> Terminal:
        for terminal in self.terminals:
            if not path or terminal.program.is_at(path):
                return terminal
        raise CallError(c.RES_E_INTERNAL_FAIL_INIT)

    @call(failure=False)
    def login(self, *args: Any, **kwargs: Any) -> bool:
        """Log in to specific account."""
        if len(args) > 1:
            raise invalid("number of arguments")
        named = dict(kwargs) | ({"login": args[0]} if args else {})
        asked = _credentials(named)
        if not asked.get("login"):
            raise invalid('"login" argument')
        self.enter("login")
        terminal = self.attached()
        terminal.log_in(asked["login"], asked.get("password"), asked.get("server"))
        terminal.update()
        return True

    def shutdown(self) -> bool:
        """Disconnect from MetaTrader 5 terminal."""
        self.error = SUCCESS
        self._terminal, self._broken = None, False
        return True

    @call()
    def version(self) -> tuple[int, int, str] | None:
        """Get MetaTrader 5 terminal version."""
        self.enter("version")
        program = self.attached().program
        return (500, program.build, program.released)

    @call()
    def terminal_info(self) -> TerminalInfo | None:
        """Get parameters of MetaTrader 5 terminal."""
        self.enter("terminal_info")
        terminal = self.attached()
        program, elapsed = terminal.program, terminal.elapsed_s
        return structure_of(
            TerminalInfo,
            {
                "connected": terminal.connected,
                "trade_allowed": terminal.faults.state("auto_trading_off", elapsed) is None,
                "tradeapi_disabled": terminal.faults.state("api_disabled", elapsed) is not None,
                "build": program.build,
                "maxbars": program.maxbars,
                "codepage": 1252,
                "ping_last": program.ping_us,
                "company": program.company,
                "name": program.name,
                "language": program.language,
                "path": program.path,
                "data_path": program.path,
                "commondata_path": "C:\\Users\\Public\\MetaQuotes\\Terminal\\Common",
            },
        )

    @call()
    def account_info(self) -> AccountInfo | None:
        """Return information on the current account."""
        server = self.enter("account_info")
        terminal = self.attached()
        disabled = terminal.faults.state("server_disables", terminal.elapsed_s) is not None
        return account_view(server, connected=terminal.connected, experts=not disabled)


def _credentials(named: dict[str, Any]) -> dict[str, Any]:
    """Read login, password, server and time-out; what is not known is ignored."""
    texts: dict[str, Any] = {}
    for name, kind in (("login", int), ("password", str), ("server", str), ("timeout", int)):
        value = named.get(name)
        if value is None:
            continue
        if not isinstance(value, kind) or (isinstance(value, int) and not 0 <= value < 2**63):
            raise invalid(f'"{name}" argument')
        texts[name] = value
    return texts
