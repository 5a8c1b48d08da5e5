"""What a session file says: accounts, feeds, strategies, limits and who is told."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.ports.names import check_name
from forexai_core.ports.settings import Settings, flags_taken_for_numbers
from forexai_core.risk.tables import RiskTable

__all__ = [
    "AccountTable",
    "ConfirmationTable",
    "FeedTable",
    "NotifierTable",
    "SessionSpec",
    "SessionTable",
    "StrategyTable",
    "problems_of",
    "spec_of",
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
    rates: Mapping[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
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
        for account in self.accounts:
            _check_account(account)
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


def _check_account(account: AccountTable) -> None:
    try:
        check_name("account", account.name)
    except ConfigError as error:
        raise ValueError(f"[[accounts]] name: {str(error).removesuffix('.')}") from None


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


_ONE = ("session", "risk", "rates", "confirmation")
_MANY = ("accounts", "feeds", "strategies", "notifiers")
_LARGEST = 2**63
_LONGEST = 80  # characters of a value that is shown


def spec_of(document: Mapping[str, Any], where: str) -> SessionSpec:
    """Make a specification of a document, such as one out of a journal.

    Raises
    ------
    ConfigError
        If something in it is unknown or wrong.
    """
    try:
        _check_tables(document)
        spec = SessionSpec.model_validate(document)
        _check_flags(document, spec)
    except ValidationError as error:
        raise ConfigError(f"{where}: {problems_of(error)}") from None
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    return spec


def _check_tables(document: Mapping[str, Any]) -> None:
    """Refuse what is no table where one has to be, and values that no setting of a session can have."""
    for name in _ONE:
        one = document.get(name)
        if one is not None and not isinstance(one, Mapping):
            raise ConfigError(f"{name} = {_shown(one)}: it is a table. Write [{name}], and its keys below it.")
    for name in _MANY:
        given = document.get(name, ())
        if not isinstance(given, list | tuple) or not all(isinstance(each, Mapping) for each in given):
            raise ConfigError(f"{name} = {_shown(given)}: each is a table. Write [[{name}]], and its keys below it.")
    _check_values(document, ())


def _check_flags(document: Mapping[str, Any], spec: SessionSpec) -> None:
    flag = next(flags_taken_for_numbers(document, spec), None)
    if flag is not None:
        raise ConfigError(f"{_place(flag)} is true or false: it is a number. Write one.")


def _check_values(value: Any, place: tuple[str | int, ...]) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            _check_values(each, (*place, str(key)))
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            _check_values(each, (*place, number))
    elif isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{_place(place)} = {value}: it is no finite number. Write a number, or leave it out.")
    elif isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        raise ConfigError(f"{_place(place)} = {value:.3e}: it is too large. Write a number of at most 18 digits.")
    elif isinstance(value, str) and "\0" in value:
        raise ConfigError(f"{_place(place)} = {_shown(value)}: it holds a zero character. Leave that out.")


def _place(place: Sequence[str | int]) -> str:
    """Name a place as a file has it: its table, counted from 1 where there are several, and the key in it."""
    table, rest = str(place[0]), place[1:]
    if table in _MANY and rest:
        head, rest = f"[[{table}]] {int(rest[0]) + 1}", rest[1:]
        return f"{head}, {'.'.join(map(str, rest))}" if rest else head
    if table in _ONE and rest:
        return f"[{table}] {'.'.join(map(str, rest))}"
    return ".".join(map(str, place))


def problems_of(error: ValidationError, *within: str | int) -> str:
    """Say what is wrong in a session file, each problem with its table, key, value and remedy.

    Parameters
    ----------
    error : pydantic.ValidationError
        Of the session, or of a part of it.
    within : str or int
        Where in the session the part stands.
    """
    return " ".join(_problem(each, (*within, *each["loc"])) for each in error.errors(include_url=False))


def _problem(error: Any, where: tuple[str | int, ...]) -> str:
    place, kind, given = _place(where) if where else "", error["type"], error["input"]
    if kind == "extra_forbidden":
        return f"there is no '{place}'. {did_you_mean(str(where[-1]), _fields(where))}".rstrip()
    if kind == "missing":
        return f"'{place}' must be given."
    said = str(error["msg"]).removeprefix("Value error, ")
    quoted = f"; write it in quotes, '{given.isoformat()}'" if isinstance(given, dt.date | dt.time) else ""
    return f"{place} is {_shown(given)}: {said}{quoted}." if place else f"{said}."


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, dt.date | dt.time) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _fields(place: Sequence[str | int]) -> list[str]:
    """Name the keys of the table in which one was wrong."""
    models: dict[str, type[Settings]] = {
        "session": SessionTable,
        "risk": RiskTable,
        "confirmation": ConfirmationTable,
        "accounts": AccountTable,
        "feeds": FeedTable,
        "strategies": StrategyTable,
        "notifiers": NotifierTable,
    }
    named = SessionSpec if len(place) == 1 else models.get(str(place[0]))
    return [] if named is None else list(named.model_fields)
