"""What a user says about the exports of a terminal, and about a terminal and its account."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from forexai_core.ports.settings import SecretRef, Settings
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import Timeframe

__all__ = ["ExportSettings", "Mt5DataSettings", "Mt5Settings", "SimulatedTerminal"]


class ExportSettings(Settings):
    """Files that a MetaTrader 5 terminal exported."""

    paths: tuple[str, ...] = Field(min_length=1, examples=[["EURUSD_H1_202301020000_202312292300.csv"]])
    """Export files, and folders of them; the names that the terminal gave them say what they hold."""
    recursive: bool = False
    """Look into the folders inside the folders, too."""
    clock: str = "new-york+7"
    """The broker's server clock, by which the terminal writes times: new-york+7 for most, UTC for some (Exness)."""
    symbols: dict[str, str] = Field(default_factory=dict, examples=[{"GOLD": "XAUUSD"}])
    """The broker's names of symbols, and ours, where they differ by more than an ending."""
    strip_suffix: bool = True
    """Take EURUSDm, EURUSD.raw or EURUSD# for EURUSD."""
    overlap: Literal["raise", "later"] = "raise"
    """Where two files tell different prices of the same time: refuse, or believe the one that goes on later."""
    on_bad: Literal["raise", "quarantine"] = "raise"
    """Refuse a file with bad rows, or set them aside beside it with their reasons."""

    @model_validator(mode="after")
    def _known_clock(self) -> Self:
        Clock.of(self.clock)
        return self


class SimulatedTerminal(Settings):
    """A terminal that is made up, for trying things out."""

    seed: int = 1
    """Of the moving market."""
    start: str = Field(default="2026-09-02T10:00:00Z", examples=["2026-09-02T10:00:00Z"])
    """Where its clock begins; empty: this machine's clock, with a market that is shut at weekends."""
    speed: float = Field(default=1.0, gt=0)
    """How fast its clock goes."""
    history_days: int = Field(default=10, ge=1, le=3_650)
    """How far its prices go back."""
    symbols: tuple[str, ...] = ("EURUSD", "USDJPY")
    """What it quotes; empty: all twelve reference symbols."""
    suffix: str = ""
    """What stands behind the names of symbols."""
    netting: bool = False
    """One position a symbol, in place of positions side by side."""
    balance: float = Field(default=10_000.0, gt=0)
    """First deposit."""
    currency: str = "USD"
    """Of the account."""
    leverage: int = Field(default=100, ge=1)
    """100 stands for 1:100."""


class Mt5Settings(Settings):
    """One terminal and one account."""

    terminal: Literal["official", "remote", "simulator"] = "official"
    """official: the MetaTrader5 package, on Windows; remote: a worker that serves on another machine; simulator."""
    path: str = Field(default="", examples=["C:\\Program Files\\MetaTrader 5\\terminal64.exe"])
    """Of the terminal's program. Give it where more than one is installed."""
    portable: bool = False
    """As the terminal is started (/portable)."""
    login: int = Field(default=0, ge=0)
    """Number of the account; 0: the one that the terminal shows at the first connection, and no other one from then
    on. Name login and server to change it."""
    server: str = Field(default="", examples=["Broker-Demo"])
    """Name of the server; empty: likewise."""
    password: SecretRef | None = None
    """Only where the terminal does not log in by itself."""
    account_kind: Literal["demo", "contest", "real"] = "demo"
    """Orders go to an account of this kind only."""
    trades: tuple[str, ...] = ()
    """Symbols to trade, by our names; empty: what stands in the Market Watch."""
    symbols: dict[str, str] = Field(default_factory=dict, examples=[{"XAUUSD": "GOLD"}])
    """The broker's names of symbols that differ from ours by more than an ending."""
    suffix: str | None = None
    """What the broker writes behind names (EURUSDm); leave it out to have it found."""
    clock: str = Field(default="", examples=["new-york+7"])
    """The server's clock; empty: measured on ticks while the market is open, and remembered."""
    measure_clock: bool = True
    """False: do not hold the server's clock against this machine's (a simulated terminal with a time of its own)."""
    clock_patience_s: float = Field(default=10.0, ge=0, le=600)
    """How long to wait for ticks to measure it by, at the first connection."""
    deviation_points: int = Field(default=20, ge=0)
    """How far an order at the market may slip that does not say so itself."""
    appear_s: float = Field(default=5.0, gt=0, le=60)
    """How long an executed order is looked for in the lists, which lag behind answers."""
    call_timeout_s: float = Field(default=30.0, gt=0, le=600)
    """After which a call of the package is given up and its process killed."""
    poll_s: float = Field(default=0.1, gt=0, le=60)
    """Between two looks while something happens."""
    longest_poll_s: float = Field(default=2.0, gt=0, le=600)
    """Between two looks while nothing does."""
    address: str = Field(default="", examples=["192.168.1.20:5005"])
    """Of a remote worker."""
    key: SecretRef | None = None
    """Which the remote worker and this machine share."""
    certificate: str = ""
    """File with the remote worker's certificate (PEM); without one only this machine itself is connected to."""
    simulated: SimulatedTerminal = SimulatedTerminal()
    """The terminal of terminal = simulator."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.clock:
            Clock.of(self.clock)
        if not self.measure_clock and not self.clock:
            raise ValueError("measure_clock=False needs clock='new-york+7' or another one")
        if (self.terminal == "remote") != bool(self.address and self.key):
            raise ValueError("terminal='remote', and no other, needs address='host:port' and key='secret:NAME'")
        if self.password is not None and not self.login:
            raise ValueError("a password needs the login that it belongs to")
        return self


class Mt5DataSettings(Mt5Settings):
    """One terminal as a source of prices."""

    timeframes: tuple[str, ...] = Field(default=("M1", "M5", "M15", "H1", "H4", "D1"), min_length=1)
    """What is held of each symbol; any of MetaTrader's 21."""
    history_days: int = Field(default=90, ge=1, le=36_500)
    """How far back bars are fetched."""
    tick_days: int = Field(default=2, ge=0, le=3_650)
    """How far back ticks are fetched; 0: no ticks."""
    history_patience_s: float = Field(default=60.0, gt=0, le=3_600)
    """How long a terminal may go on fetching what it has not."""

    @model_validator(mode="after")
    def _known_timeframes(self) -> Self:
        if any(Timeframe.of(each) is Timeframe.TICK for each in self.timeframes):
            raise ValueError("timeframes name bars; ticks are fetched by tick_days")
        return self
