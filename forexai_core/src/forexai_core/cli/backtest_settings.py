"""Everything that a backtest can be told, from a TOML file and from options; options win."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import attrs
from pydantic import Field

from forexai_core.cli.cost_settings import CostsPart
from forexai_core.cli.given_values import checked, parse_pairs, read_toml
from forexai_core.cli.portfolio_settings import FeedPart, StrategyPart, beside
from forexai_core.cli.prices import PriceChoice
from forexai_core.data.event_files import read_events
from forexai_core.ports.settings import Settings
from forexai_core.risk.settings import Risk
from forexai_core.risk.tables import RiskTable
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.calendar import EconomicEvent
from forexai_core.values.execution import Execution

__all__ = ["BacktestSettings", "merge_settings"]


class AccountPart(Settings):
    """The account that the run starts with; what is left out has the default of fx.Account."""

    balance: float | None = None
    currency: str | None = None
    leverage: float | None = None
    mode: Literal["hedging", "netting"] | None = None
    clock: str | None = None
    margin_call: float | None = None
    stop_out: float | None = None
    fifo: Literal["none", "symbol", "size"] | bool | None = None
    leverages: Mapping[str, float] | None = None
    leverage_tiers: tuple[tuple[float, float], ...] | None = None
    stop_out_mode: Literal["percent", "equity", "free_margin"] | None = None
    stop_out_orders: Literal["binding", "all"] | None = None
    stop_out_hedged: bool | None = None
    negative_balance_protection: bool | None = None


class DataPart(Settings):
    """Which prices to run over."""

    file: str | None = None
    bid: str | None = None
    ask: str | None = None
    symbol: str | None = None
    timeframe: str | None = None
    timezone: str | None = None
    read: Mapping[str, Any] = Field(default_factory=dict)
    instrument: str | None = None
    library: str | None = None
    start: str | None = Field(default=None, alias="from")
    stop: str | None = Field(default=None, alias="to")
    finer: str | None = None
    finer_timeframe: str = "M1"


class ExecutionPart(Settings):
    """How a venue executes orders: fields of ``fx.Execution``; what is None is its default."""

    latency_ms: float | None = None
    latency_jitter_ms: float | None = None
    mode: Literal["market", "instant"] | None = None
    deviation_points: float | None = None
    requote_probability: float | None = None
    liquidity_lots: float | None = None
    liquidity_per_volume: float | None = None
    filling: Literal["fok", "ioc", "return"] | None = None


class BacktestSettings(Settings):
    """Settings of ``forexai backtest``."""

    account: AccountPart = AccountPart()
    costs: CostsPart = CostsPart()
    data: DataPart = DataPart()
    risk: RiskTable = RiskTable()
    parameters: Mapping[str, Any] = Field(default_factory=dict)
    strategies: tuple[StrategyPart, ...] = ()
    feeds: tuple[FeedPart, ...] = ()
    rates: Mapping[str, float | str] = Field(default_factory=dict)
    execution: ExecutionPart = ExecutionPart()
    limit_fill: Literal["price", "open"] = "price"
    sessions: Literal["ignore", "enforce"] = "ignore"
    holidays: tuple[str, ...] | None = None
    path: Literal["worst-first", "open-high-low-close", "open-low-high-close", "adaptive", "bridge"] = "worst-first"
    seed: int = 0
    jump_points: int = 0

    def make_account(self) -> Account:
        """Give the account."""
        return Account(**_given(self.account))

    def make_costs(self) -> Costs:
        """Give the costs."""
        return self.costs.make()

    def make_execution(self) -> Execution:
        """Give the venue's ways."""
        return Execution(**_given(self.execution))

    def make_risk(self) -> Risk | None:
        """Give the limits; None without any."""
        self.risk.check_effect()
        return self.risk.of_backtest(_calendar)

    def prices(self) -> PriceChoice:
        """Give the choice of prices."""
        data = self.data
        return PriceChoice(
            file=data.file,
            bid=data.bid,
            ask=data.ask,
            symbol=data.symbol,
            timeframe=data.timeframe,
            timezone=data.timezone,
            read=data.read,
            instrument=None if data.instrument is None else Path(data.instrument),
            library=None if data.library is None else Path(data.library),
            start=data.start,
            stop=data.stop,
        )

    def finer_prices(self) -> PriceChoice | None:
        """Give the choice of prices inside the bars; None without."""
        if self.data.finer is None:
            return None
        return attrs.evolve(
            self.prices(),
            file=self.data.finer,
            bid=None,
            ask=None,
            library=None,
            timeframe=self.data.finer_timeframe,
        )

    def rate_prices(self, symbol: str, file: str) -> PriceChoice:
        """Give the choice of prices of a pair that converts; its bars are those of the run."""
        return PriceChoice(
            file=file, symbol=symbol, timeframe=self.data.timeframe, timezone=self.data.timezone, read=self.data.read
        )


def _calendar(file: str, timezone: str | None) -> tuple[EconomicEvent, ...]:

    return read_events(file) if timezone is None else read_events(file, timezone=timezone)


def _given(part: Settings) -> dict[str, Any]:
    return {name: value for name, value in part.model_dump().items() if value is not None}


_PLACES = {
    "data": ("data", "file"),
    "bid": ("data", "bid"),
    "ask": ("data", "ask"),
    "symbol": ("data", "symbol"),
    "timeframe": ("data", "timeframe"),
    "timezone": ("data", "timezone"),
    "instrument": ("data", "instrument"),
    "library": ("data", "library"),
    "start": ("data", "from"),
    "stop": ("data", "to"),
    "finer": ("data", "finer"),
    "finer_timeframe": ("data", "finer_timeframe"),
    "balance": ("account", "balance"),
    "currency": ("account", "currency"),
    "leverage": ("account", "leverage"),
    "mode": ("account", "mode"),
    "spread_points": ("costs", "spread_points"),
    "commission_per_lot": ("costs", "commission_per_lot"),
    "slippage_points": ("costs", "slippage_points"),
    "swap_long_points": ("costs", "swap_long_points"),
    "swap_short_points": ("costs", "swap_short_points"),
    "latency_ms": ("execution", "latency_ms"),
    "prop_firm": ("risk", "prop_firm"),
}
_SOURCES = ("file", "bid", "ask", "library")
_FILES = (*_SOURCES, "finer", "instrument")


def merge_settings(config: Path | None, options: Mapping[str, Any]) -> BacktestSettings:
    """Put a TOML file and options together.

    Parameters
    ----------
    config : Path or None
        Sections ``[account] [costs] [data] [execution] [parameters] [rates] [risk]``, tables ``[[strategies]]`` and
        ``[[feeds]]``; file names are relative to it.
    options : mapping of str to object
        By the name of the command's parameter; None was not given.

    Raises
    ------
    ConfigError
        If something is unknown or wrong; it is named.
    """
    document = {} if config is None else _from_file(config)
    given = {name: value for name, value in options.items() if value is not None}
    if given.keys() & {"data", "bid", "ask", "library"}:
        for name in _SOURCES:
            document.get("data", {}).pop(name, None)
    for name, (section, field) in _PLACES.items():
        if name in given:
            value = given[name]
            document.setdefault(section, {})[field] = str(value) if isinstance(value, Path) else value
    if given.get("read"):
        said = document.setdefault("data", {})
        said["read"] = said.get("read", {}) | parse_pairs(given["read"], "--read")
    parameters = parse_pairs(given.get("param") or (), "-p")
    rates = {pair: _number_or_file(text) for pair, text in parse_pairs(given.get("rate") or (), "--rate").items()}
    document["parameters"] = document.get("parameters", {}) | parameters
    document["rates"] = document.get("rates", {}) | rates
    for name in ("limit_fill", "seed", "sessions", "path", "jump_points"):
        if name in given:
            document[name] = given[name]
    return checked(BacktestSettings, document, "settings" if config is None else str(config))


def _number_or_file(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _from_file(path: Path) -> dict[str, Any]:
    document = read_toml(path)
    # Checked alone first, so that what is merged below has the right shape.
    checked(BacktestSettings, document, str(path))
    data = document.setdefault("data", {})
    for name in _FILES:
        if name in data:
            data[name] = str(path.parent / data[name])
    beside(path.parent, document)
    spread = document.get("costs", {}).get("spread", {})
    if "events" in spread:
        spread["events"] = str(path.parent / spread["events"])
    limits = document.get("risk", {})
    for name in ("news", "prop_firm"):
        if name in limits and (name == "news" or limits[name].endswith(".toml")):
            limits[name] = str(path.parent / limits[name])
    rates = document.setdefault("rates", {})
    for pair, source in rates.items():
        if isinstance(source, str):
            rates[pair] = str(path.parent / source)
    return document
