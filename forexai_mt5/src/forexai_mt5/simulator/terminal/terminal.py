"""A simulated terminal: the program, the account it is logged in to, its Market Watch, and what goes wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from forexai_core.errors import ConfigError
from forexai_core.services.clocks import RealClock
from forexai_mt5.simulator.market.disturbances import DisturbedMarket, Jump, Pause, Widening
from forexai_mt5.simulator.market.moving_market import MovingMarket
from forexai_mt5.simulator.market.prices import Market
from forexai_mt5.simulator.market.reference import reference_symbols
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.simulator.server.dealing import Dealer
from forexai_mt5.simulator.server.policies import Policies
from forexai_mt5.simulator.server.trade_server import TradeServer
from forexai_mt5.simulator.terminal.charts import Charts
from forexai_mt5.simulator.terminal.clocks import TerminalClock
from forexai_mt5.simulator.terminal.faults import ON_THE_MARKET, Fault, Faults
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import CallError

__all__ = ["Program", "Terminal"]

_NS_PER_MS, _NS_PER_S = 1_000_000, 1_000_000_000
_MS_PER_DAY = 86_400_000


@attrs.frozen(kw_only=True)
class Program:
    """The installed program.

    Attributes
    ----------
    path : str
        Of its folder; ``initialize`` finds it by this, or by the file ``terminal64.exe`` in it.
    name, company, language : str
        As it shows them.
    build, released : int, str
        As ``version()`` gives them.
    maxbars : int
        *Max bars in chart*.
    portable : bool
        Whether it was started with ``/portable``: who asks for it otherwise starts another one, that never logs in.
    ping_us : int
        To the server, microseconds.
    """

    path: str = "C:\\Program Files\\MetaTrader 5"
    name: str = "MetaTrader 5"
    company: str = "MetaQuotes Ltd."
    language: str = "English"
    build: int = 5260
    released: str = "27 Sep 2026"
    maxbars: int = 100_000
    portable: bool = False
    ping_us: int = 25_000

    def is_at(self, path: str) -> bool:
        """Say whether a path leads to the program."""
        asked = path.replace("/", "\\").rstrip("\\").casefold()
        own = self.path.casefold()
        return asked in {own, f"{own}\\terminal64.exe"}


class Terminal:
    """A terminal that can be talked to like a real one.

    Parameters
    ----------
    accounts : iterable of AccountSettings
        What it can be logged in to; it starts in the first. Each has a server and money of its own.
    symbols : iterable of Symbol, optional
        What the servers quote; default the reference symbols.
    market : Market, optional
        Default: a moving market.
    clock : TerminalClock, optional
        Default: the system's. With the core's ``ManualClock`` time passes when it is told to.
    seed : int
        Of the moving market and of the faults.
    history_days : int
        How far the moving market goes back.
    faults : iterable of Fault or mapping
        What goes wrong.
    policies : Policies, optional
        How unverified things are done.
    program : Program, optional
        The installation.

    Raises
    ------
    ConfigError
        If there is no account, two of one login, or no price at the clock's time.
    """

    def __init__(
        self,
        *,
        accounts: Iterable[AccountSettings] = (AccountSettings(),),
        symbols: Iterable[Symbol] | None = None,
        market: Market | None = None,
        clock: TerminalClock | None = None,
        seed: int = 1,
        history_days: int = 60,
        faults: Iterable[Fault | Mapping[str, Any]] = (),
        policies: Policies | None = None,
        program: Program | None = None,
    ) -> None:
        self.clock = clock or RealClock()
        self.started_ns = self._seen_ns = self.clock.now_ns()
        self.policies = policies or Policies()
        self.program = program or Program()
        self.symbols = {symbol.name: symbol for symbol in (reference_symbols() if symbols is None else symbols)}
        self.accounts = {account.login: account for account in accounts}
        if not self.accounts:
            raise ConfigError("A terminal needs an account to be logged in to.")
        instruments = {name: symbol.instrument for name, symbol in self.symbols.items()}
        start_ms = self.started_ns // _NS_PER_MS - history_days * _MS_PER_DAY
        # From midnight, so that one day's terminals of one seed see one market.
        start_ms -= start_ms % _MS_PER_DAY
        self.market = DisturbedMarket(market or MovingMarket(instruments, seed=seed, start_ms=start_ms))
        self.faults = Faults((), seed=seed)
        self.watched = {name for name, symbol in self.symbols.items() if symbol.selected}
        self.books_open: set[str] = set()
        self._servers: dict[int, TradeServer] = {}
        self._closures: list[tuple[str, int, int]] = []
        self.login = next(iter(self.accounts))
        self.starts = 1
        self.charts = self._new_charts()
        for fault in faults:
            self.add_fault(fault)

    def _new_charts(self) -> Charts:
        return Charts(self.market, self.account.clock, self.program.maxbars, self.policies)

    # ------------------------------------------------------------------------------------------------------ the account
    @property
    def account(self) -> AccountSettings:
        """The account it is logged in to."""
        return self.accounts[self.login]

    @property
    def server(self) -> TradeServer:
        """The server of that account."""
        server = self._servers.get(self.login)
        if server is None:
            server = TradeServer(self.account, self.symbols, self.market, self.now_ns, self.policies)
            for closure in self._closures:
                server.sessions.close(*closure)
            self._servers[self.login] = server
        return server

    @property
    def dealer(self) -> Dealer:
        """Who takes requests there."""
        return Dealer(self.server)

    def log_in(self, login: int, password: str | None, server: str | None) -> None:
        """Log in to another account.

        Raises
        ------
        CallError
            -10005 for a server that the terminal has no address of, which it tries until the time is over; -6 for a
            wrong login or password; -7 where a second factor is asked for.
        """
        account = self.accounts.get(login)
        if server is not None and all(each.server != server for each in self.accounts.values()):
            raise CallError(c.RES_E_INTERNAL_FAIL_TIMEOUT)
        wrong = account is None or (server is not None and account.server != server)
        if account is None or wrong or (password is not None and account.password != password):
            raise CallError(c.RES_E_AUTH_FAILED)
        if account.one_time_password:
            raise CallError(c.RES_E_UNSUPPORTED, "Unsupported authorization mode, OTP or certificate password needed")
        self.switch(login)

    def switch(self, login: int) -> None:
        """Change the account, as whoever sits at the terminal may do."""
        if login not in self.accounts:
            raise ConfigError(f"The terminal knows no account {login}; it knows {', '.join(map(str, self.accounts))}.")
        self.login = login
        self.charts = self._new_charts()

    def restart(self) -> None:
        """Close and start the program: pipes break, and charts are fetched again."""
        self.starts += 1
        self.charts.forget()

    # ------------------------------------------------------------------------------------------------------------- time
    @property
    def now_ns(self) -> int:
        """What the clock shows, UTC; never earlier than before."""
        self._seen_ns = max(self._seen_ns, self.clock.now_ns())
        return self._seen_ns

    @property
    def elapsed_s(self) -> float:
        """Seconds of the clock since the terminal was made."""
        return (self.now_ns - self.started_ns) / _NS_PER_S

    @property
    def connected(self) -> bool:
        """Whether it has a connection to the server."""
        return self.faults.state("connection_lost", self.elapsed_s) is None

    @property
    def reached_ns(self) -> int:
        """Up to when it knows what happened at the server."""
        lost = self.faults.state("connection_lost", self.elapsed_s)
        return self.now_ns if lost is None else self.started_ns + round(max(lost.after_s, 0.0) * _NS_PER_S)

    def update(self) -> TradeServer:
        """Bring everything up to now; called at each call."""
        for fault in self.faults.due(self.elapsed_s):
            if fault.kind == "account_switched":
                self.switch(fault.login)
            elif fault.kind == "hidden":
                self.watched.discard(fault.symbol)
        server = self.server
        server.catch_up(self.reached_ns)
        return server

    def add_fault(self, fault: Fault | Mapping[str, Any]) -> None:
        """Append a fault to the schedule; seconds count from the making of the terminal."""
        made = fault if isinstance(fault, Fault) else Fault.of(fault)
        if made.symbol and made.symbol not in self.symbols:
            raise ConfigError(f"The fault {made.kind} names {made.symbol}, which the terminal has not.")
        self.faults.add(made)
        if made.kind in ON_THE_MARKET:
            self._disturb(made)

    def _disturb(self, fault: Fault) -> None:
        self.charts.redraw()
        begin = (self.started_ns + round(fault.after_s * _NS_PER_S)) // _NS_PER_MS
        end = begin + round(fault.seconds * 1_000)
        if fault.kind == "price_jump":
            self.market.add(Jump(symbol=fault.symbol, at_ms=begin, points=fault.points))
        elif fault.kind == "spread":
            self.market.add(Widening(symbol=fault.symbol, from_ms=begin, until_ms=end, points=fault.points))
        elif fault.kind == "quotes_stop":
            self.market.add(Pause(symbol=fault.symbol, from_ms=begin, until_ms=end))
        else:
            self._closures.append((fault.symbol, begin, end))
            for server in self._servers.values():
                server.sessions.close(fault.symbol, begin, end)
