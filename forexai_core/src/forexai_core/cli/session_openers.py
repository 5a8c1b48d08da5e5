"""What a session names, opened through plugins: strategies, prices, costs, calendars, notifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forexai_core.cli.cost_settings import CostsPart
from forexai_core.cli.given_values import checked
from forexai_core.cli.strategy_choice import choose_strategy, named_class
from forexai_core.data.event_files import read_events
from forexai_core.errors import ConfigError, DataError, did_you_mean
from forexai_core.live.session.specification import AccountTable, ConfirmationTable, FeedTable
from forexai_core.plugins import discover
from forexai_core.ports.broker import Broker
from forexai_core.ports.confirmation import Confirmation
from forexai_core.ports.data import DataSource
from forexai_core.ports.services import Services
from forexai_core.ports.strategy import TradingStrategy
from forexai_core.values.accounts import Costs
from forexai_core.values.bars import Bars
from forexai_core.values.calendar import EconomicEvent
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["PluginOpeners"]


class PluginOpeners:
    """Opens by name what is installed here.

    Parameters
    ----------
    services : Services
        For data sources.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def strategy(self, name: str, parameters: Mapping[str, Any]) -> TradingStrategy:
        """Open a strategy."""
        return choose_strategy(name, parameters)

    def source(self, feed: FeedTable) -> tuple[DataSource, bool]:
        """Open the source of a feed; say whether its prices are of the present."""
        offers = discover(kinds={"data"}).data
        offer, given = offers[feed.source], feed.settings
        for name in ("symbol", "timeframe"):
            if name in offer.settings.model_fields:
                given[name] = getattr(feed, name)
        source = offer.open(checked(offer.settings, given, f"feeds {feed.symbol}"), self._services)
        return source, offer.capabilities.live

    def prices(self, feed: FeedTable) -> Bars | Ticks:
        """Read all that a source holds of a symbol in a timeframe."""
        source, _ = self.source(feed)
        timeframe = Timeframe.of(feed.timeframe)
        symbols = source.symbols()
        if feed.symbol not in symbols:
            raise ConfigError(f"feeds: {feed.source} has no {feed.symbol}. {did_you_mean(feed.symbol, symbols)}")
        held = next((each for each in source.coverage(feed.symbol) if each.timeframe is timeframe), None)
        if held is None:
            known = ", ".join(str(each.timeframe) for each in source.coverage(feed.symbol)) or "nothing"
            raise DataError(f"feeds: {feed.source} holds {known} of {feed.symbol}, not {timeframe}.")
        if timeframe is Timeframe.TICK:
            return source.ticks(feed.symbol, held.start_ns, held.stop_ns)
        return source.bars(feed.symbol, timeframe, held.start_ns, held.stop_ns)

    def broker(self, account: AccountTable) -> Broker:
        """Open the session with the venue of an account; not connected yet."""
        offer = discover(kinds={"broker"}).brokers[account.broker]
        return offer.open(checked(offer.settings, account.settings, f"accounts {account.name}"), self._services)

    def confirmation(self, table: ConfirmationTable) -> Confirmation:
        """Open what confirms openings."""
        made = named_class(table.by, "a confirmation")(**table.settings)
        if not isinstance(made, Confirmation):
            raise ConfigError(f"confirmation: {table.by} has no 'async def confirm(self, signal)'.")
        return made

    def costs(self, table: Mapping[str, Any]) -> Costs:
        """Make the costs of an account."""
        return checked(CostsPart, table, "costs").make()

    def calendar(self, file: str, timezone: str | None) -> Sequence[EconomicEvent]:
        """Read a calendar of news."""
        return read_events(file) if timezone is None else read_events(file, timezone=timezone)
