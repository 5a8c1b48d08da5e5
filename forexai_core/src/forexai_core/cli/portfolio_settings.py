"""Several strategies and their prices, as a TOML file lists them: ``[[strategies]]`` and ``[[feeds]]``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from forexai_core.backtesting.sleeves import Sleeve
from forexai_core.cli.cost_settings import CostsPart
from forexai_core.cli.prices import PriceChoice, load
from forexai_core.cli.strategy_choice import choose_strategy
from forexai_core.errors import ConfigError
from forexai_core.ports.settings import Settings
from forexai_core.values.accounts import Costs
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks

__all__ = ["FeedPart", "StrategyPart", "beside", "costs_of", "prices_of", "sleeves_of"]


class StrategyPart(Settings):
    """One strategy of the account; as in the file of a session."""

    name: str
    sleeve: str | None = None
    account: str | None = None
    symbol: str | None = None
    timeframe: str | None = None
    parameters: Mapping[str, Any] = Field(default_factory=dict)


class FeedPart(Settings):
    """Prices of one symbol; as in the file of a session."""

    source: Literal["file", "library"] | None = None
    path: str | None = None
    bid: str | None = None
    ask: str | None = None
    symbol: str
    timeframe: str
    timezone: str | None = None
    read: Mapping[str, Any] = Field(default_factory=dict)
    instrument: str | None = None
    library: str | None = None
    start: str | None = Field(default=None, alias="from")
    stop: str | None = Field(default=None, alias="to")
    costs: CostsPart | None = None

    def choice(self) -> PriceChoice:
        """Give the choice of prices."""
        named = any((self.path, self.bid, self.ask))
        if self.source == "file" and not named:
            raise ConfigError(f"feeds: {self.symbol} comes from a file: give its path, or bid and ask.")
        return PriceChoice(
            file=self.path,
            bid=self.bid,
            ask=self.ask,
            symbol=self.symbol,
            timeframe=self.timeframe,
            timezone=self.timezone,
            read=self.read,
            instrument=None if self.instrument is None else Path(self.instrument),
            library=None if self.library is None else Path(self.library),
            start=self.start,
            stop=self.stop,
        )


def beside(folder: Path, document: dict[str, Any]) -> None:
    """Take the file names in a document's feeds and strategies as relative to a folder."""
    for feed in document.get("feeds", ()):
        for name in ("path", "bid", "ask", "instrument", "library"):
            if name in feed:
                feed[name] = str(folder / feed[name])
    for strategy in document.get("strategies", ()):
        text = strategy["name"]
        if text.endswith(".json") or ".py:" in text:
            strategy["name"] = str(folder / text)


def sleeves_of(parts: Sequence[StrategyPart]) -> list[Sleeve]:
    """Make the sleeves that a file lists; one without a name of its own is called by its strategy.

    Raises
    ------
    ConfigError
        If they are of several accounts, or a strategy is not to be had.
    """
    accounts = sorted({part.account for part in parts if part.account is not None})
    if len(accounts) > 1:
        raise ConfigError(f"strategies: a backtest has one account, not {', '.join(accounts)}. Run one file for each.")
    often = Counter(part.name for part in parts)
    return [
        Sleeve(
            part.sleeve or _called(part, alone=often[part.name] == 1),
            choose_strategy(part.name, part.parameters),
            symbol=part.symbol,
            timeframe=part.timeframe,
        )
        for part in parts
    ]


def _called(part: StrategyPart, *, alone: bool) -> str:
    name = part.name.rpartition(":")[2] if ":" in part.name else Path(part.name).stem
    return name if alone else " ".join(filter(None, (name, part.symbol, part.timeframe)))


def prices_of(feeds: Sequence[FeedPart]) -> dict[str, Bars | Ticks]:
    """Read all prices.

    Raises
    ------
    ConfigError
        If two feeds are of one symbol.
    """
    prices: dict[str, Bars | Ticks] = {}
    for feed in feeds:
        if feed.symbol in prices:
            raise ConfigError(f"feeds: {feed.symbol} stands twice. Give the finest prices once; bars are made of them.")
        prices[feed.symbol] = load(feed.choice())
    return prices


def costs_of(feeds: Sequence[FeedPart], common: Costs) -> Costs | dict[str, Costs]:
    """Give what each symbol costs: its own where the feed says it, else what holds for all."""
    if all(feed.costs is None for feed in feeds):
        return common
    return {feed.symbol: common if feed.costs is None else feed.costs.make() for feed in feeds}
