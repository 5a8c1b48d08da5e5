"""What a session file says: accounts, feeds, strategies, limits and who is told."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.ports.settings import Settings
from forexai_core.risk.tables import RiskTable

__all__ = [
    "AccountTable",
    "ConfirmationTable",
    "FeedTable",
    "NotifierTable",
    "SessionSpec",
    "SessionTable",
    "StrategyTable",
    "read_spec",
]


class SessionTable(Settings):
    """How the session runs."""

    clock: Literal["real", "replay", "accelerated"] = "replay"
    """``replay`` goes through recorded prices as fast as it goes, ``real`` at their own pace, ``accelerated`` so many
    times faster."""
    speed: float = Field(default=60.0, gt=0, le=1_000_000)
    """Of an accelerated clock: 60 lets a recorded hour pass in a minute."""
    mode: Literal["paper", "live"] = "paper"
    """``live`` says that accounts with real money are meant; each has to be armed at the start, too."""
    journal: str = Field(default="journal", min_length=1)
    """Folder of the journal; relative to the file."""
    start: str | None = None
    """UTC. Strategies decide from then on; prices before are history that they are warmed up with."""
    stop: str | None = None
    """UTC. The session ends with the last price before."""
    seed: int = Field(default=0, ge=0)
    """Of everything that is drawn, such as requotes."""


class AccountTable(Settings):
    """An account, and the broker that keeps it."""

    name: str = Field(min_length=1, max_length=24)
    """Stands in the id of each order."""
    broker: str = "paper"
    """A broker offer."""
    balance: float | None = Field(default=None, gt=0)
    """Paper only."""
    currency: str | None = None
    """Paper only."""
    leverage: float | None = Field(default=None, gt=0)
    """100 stands for 1:100; at a venue that of the account, by which limits reckon margin."""
    mode: Literal["hedging", "netting"] | None = None
    """At a venue needed only where it has both."""
    login: str = ""
    """Not for paper: which account the venue has to show, such as ``5012345@Broker-Demo``; real money needs it."""
    timezone: str | None = None
    """Clock of the server, whose midnights begin days; default new-york+7."""
    costs: Mapping[str, Any] = Field(default_factory=dict)
    """As in the file of a backtest; at a venue what limits and sizing reckon with."""
    settings: Mapping[str, Any] = Field(default_factory=dict)
    """Of the broker offer."""
    tenant: str = ""
    """Whose account it is, for halts of a tenant."""
    desk: Mapping[str, Any] = Field(default_factory=dict)
    """How its orders are looked after: `DeskSettings` by name, such as ``foreign = "adopt"``."""


class FeedTable(Settings):
    """Prices of a symbol; what else stands here are settings of the data offer."""

    model_config = ConfigDict(extra="allow", frozen=True)

    source: str = "file"
    """A data offer."""
    symbol: str = Field(min_length=1)
    timeframe: str = Field(min_length=1)
    live: bool = False
    """Prices come from the source's subscription while the session runs, in place of being read before it. A source of
    the present needs ``clock = "real"``; one that holds recorded prices tells them at the session's pace."""
    history: int = Field(default=500, ge=0, le=1_000_000)
    """Live: how many bars or ticks of the past warm strategies up; a source of recorded prices gives all of them."""
    stale_s: float | None = Field(default=None, gt=0)
    """Live: without a price for so many seconds nothing is opened; default three bars, or a minute for ticks."""

    @property
    def settings(self) -> dict[str, Any]:
        """What stands in the table besides."""
        return dict(self.model_extra or {})


class StrategyTable(Settings):
    """A strategy on an account."""

    name: str = Field(min_length=1)
    """Of an offer, ``module:Class``, ``file.py:Class`` or ``rules.json``."""
    sleeve: str | None = None
    """What records, trades and halts call it; default its name."""
    account: str | None = None
    """May be left out where there is one."""
    symbol: str | None = None
    """May be left out where there is one feed."""
    timeframe: str | None = None
    """Default that of the feed."""
    parameters: Mapping[str, Any] = Field(default_factory=dict)

    @property
    def label(self) -> str:
        """What it is called."""
        name = self.name.rpartition(":")[2] if ":" in self.name else Path(self.name).stem
        return self.sleeve or name


class NotifierTable(Settings):
    """Who is told."""

    name: str
    """A notifier offer."""
    events: tuple[Literal["signal", "fill", "rejection", "breaker", "daily"], ...] | None = None
    """What it is told besides alerts, which it always is. Left out: everything, in a session at the pace of time, and
    nothing in one that goes as fast as it can."""
    settings: Mapping[str, Any] = Field(default_factory=dict)


class ConfirmationTable(Settings):
    """Who confirms openings."""

    by: str = Field(pattern=r".+:.+")
    """``module:Class`` or ``file.py:Class``, of a `Confirmation`."""
    timeout_s: float = Field(default=2.0, gt=0, le=60)
    """How long an answer may take."""
    default: Literal["block", "allow"] = "block"
    """What becomes of an opening without an answer in time."""
    settings: Mapping[str, Any] = Field(default_factory=dict)
    """What the class is called with."""


class SessionSpec(Settings):
    """A session file."""

    schema_version: Literal[1] = 1
    session: SessionTable = SessionTable()
    accounts: tuple[AccountTable, ...] = Field(min_length=1)
    feeds: tuple[FeedTable, ...] = Field(min_length=1)
    strategies: tuple[StrategyTable, ...] = Field(min_length=1)
    rates: Mapping[str, float] = Field(default_factory=dict)
    """Constant rates of conversion; feeds of currencies that an account does not trade convert, too."""
    risk: RiskTable = RiskTable()
    notifiers: tuple[NotifierTable, ...] = ()
    confirmation: ConfirmationTable | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> SessionSpec:
        names = [each.name for each in self.accounts]
        symbols = [each.symbol for each in self.feeds]
        for what, given in (("accounts", names), ("feeds", symbols)):
            twice = next((each for each in given if given.count(each) > 1), None)
            if twice is not None:
                raise ValueError(f"[[{what}]]: {twice} stands twice; give each once")
        if len({each.broker == "paper" for each in self.accounts}) > 1:
            raise ValueError("[[accounts]]: some are paper and some at a venue; run a session for each kind")
        if self.at_venue:
            _check_apart(self.accounts)
        for each in self.strategies:
            _check_named("account", each.account, names, each)
            _check_named("symbol", each.symbol, symbols, each)
        if len({each.live for each in self.feeds}) > 1:
            raise ValueError("[[feeds]]: some are live and some are not; give all live = true, or none")
        labels = [(self.account_of(each), each.label) for each in self.strategies]
        alike = next((label for label in labels if labels.count(label) > 1), None)
        if alike is not None:
            raise ValueError(f"[[strategies]]: two are called {alike[1]} on {alike[0]}; give each its own sleeve = ")
        return self

    @property
    def live(self) -> bool:
        """Whether prices come while the session runs."""
        return self.feeds[0].live

    @property
    def at_venue(self) -> bool:
        """Whether its accounts are kept by venues, and not by the process."""
        return self.accounts[0].broker != "paper"

    def account_of(self, strategy: StrategyTable) -> str:
        """Name the account of a strategy."""
        return strategy.account or self.accounts[0].name

    def strategies_of(self, account: str) -> tuple[StrategyTable, ...]:
        """Give the strategies of an account."""
        return tuple(each for each in self.strategies if self.account_of(each) == account)


def _check_apart(accounts: tuple[AccountTable, ...]) -> None:
    """Refuse two accounts of a session that are one at the venue; what only the venue knows it says later."""
    for number, one in enumerate(accounts):
        for other in accounts[number + 1 :]:
            named = one.login.strip().casefold() == other.login.strip().casefold()
            reached = one.broker == other.broker and dict(one.settings) == dict(other.settings)
            if named and (reached or one.login):
                said = f"login = '{one.login}'" if one.login else f"broker = '{one.broker}' with the same settings"
                raise ValueError(
                    f"[[accounts]] {one.name} and {other.name}: both have {said}, so they are one account; give it one "
                    "[[accounts]], and name that in the [[strategies]] of both"
                )


def _check_named(what: str, name: str | None, known: list[str], strategy: StrategyTable) -> None:
    if name is None and len(known) > 1:
        raise ValueError(f"[[strategies]] {strategy.name}: say which {what} is meant, of {', '.join(known)}")
    if name is not None and name not in known:
        raise ValueError(f"[[strategies]] {strategy.name}: there is no {what} {name}; {did_you_mean(name, known)}")


_FILES = ("path", "bid", "ask", "instrument", "library")


def read_spec(path: Path) -> SessionSpec:
    """Read a session file; file names in it are relative to it.

    Raises
    ------
    ConfigError
        If it cannot be read, is no TOML, or something in it is unknown or wrong; it is named.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: it is no TOML: {error}. Correct it there.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror or error}). Check its name.") from error
    return spec_of(_beside(path.parent.resolve(), document), str(path))


def spec_of(document: Mapping[str, Any], where: str) -> SessionSpec:
    """Make a specification of a document, such as one out of a journal.

    Raises
    ------
    ConfigError
        If something in it is unknown or wrong.
    """
    try:
        return SessionSpec.model_validate(document)
    except ValidationError as error:
        raise ConfigError(f"{where}: {' '.join(map(_problem, error.errors(include_url=False)))}") from None


def _problem(error: Any) -> str:
    place, kind = ".".join(map(str, error["loc"])), error["type"]
    if kind == "extra_forbidden":
        return f"there is no '{place}'."
    if kind == "missing":
        return f"'{place}' must be given."
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{place} is {error['input']!r}: {said}." if place else f"{said}."


def _beside(folder: Path, document: dict[str, Any]) -> dict[str, Any]:
    """Take the names of files and folders as relative to the session file."""
    session = document.setdefault("session", {})
    if isinstance(session, dict):
        session["journal"] = str(folder / str(session.get("journal", "journal")))
    for feed in document.get("feeds", ()):
        for name in _FILES:
            if isinstance(feed, dict) and name in feed:
                feed[name] = str(folder / str(feed[name]))
    for strategy in document.get("strategies", ()):
        text = str(strategy.get("name", ""))
        if text.endswith(".json") or ".py:" in text:
            strategy["name"] = str(folder / text)
    confirmation = document.get("confirmation")
    if isinstance(confirmation, dict) and ".py:" in str(confirmation.get("by", "")):
        confirmation["by"] = str(folder / str(confirmation["by"]))
    limits = document.get("risk", {})
    for name in ("news", "prop_firm"):
        if name in limits and (name == "news" or str(limits[name]).endswith(".toml")):
            limits[name] = str(folder / str(limits[name]))
    return document
