"""Several strategies on one account: what a user lists, checked against the prices and the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import attrs

from forexai_core.arrays import TRADE
from forexai_core.backtesting.inputs import Inputs
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.ports.strategy import StrategyForm, TradingStrategy
from forexai_core.strategies.feeds import Feed, Feeds
from forexai_core.values.accounts import AccountMode
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["Place", "Sleeve", "is_list_of_sleeves", "places_of"]

_LONGEST_NAME = TRADE["strategy"].itemsize // 4


def _name(_sleeve: Any, _attribute: Any, value: str) -> None:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > _LONGEST_NAME:
        raise ConfigError(f"A sleeve's name is a text of 1 to {_LONGEST_NAME} characters, not {value!r}.")


@attrs.frozen
class Sleeve:
    """The part of an account that one strategy manages, and is measured by.

    Attributes
    ----------
    name : str
        What trades, curves and tables call it; of its own among those of a run.
    strategy : strategy
        In any of the four forms, with its parameters. A run works on a copy.
    symbol : str, optional
        What it decides on and trades; may be left out where the run has prices of one symbol.
    timeframe : str, optional
        Of the bars at whose closes it decides, made of the symbol's prices where these are finer; default that of the
        prices.

    Examples
    --------
    >>> backtest(  # doctest: +SKIP
    ...     [Sleeve("trend", trend, symbol="EURUSD", timeframe="H4"), Sleeve("revert", revert, symbol="GBPUSD")],
    ...     {"EURUSD": eurusd_m15, "GBPUSD": gbpusd_m15},
    ... )
    """

    name: str = attrs.field(validator=_name)
    strategy: TradingStrategy
    symbol: str | None = attrs.field(default=None, kw_only=True)
    timeframe: str | Timeframe | None = attrs.field(default=None, kw_only=True)


def is_list_of_sleeves(strategy: object) -> TypeGuard[Sequence[Sleeve]]:
    """Say whether several strategies were given, refusing lists of anything else.

    Raises
    ------
    ConfigError
        If a list holds something that is no sleeve, or nothing.
    """
    if isinstance(strategy, Sleeve):
        raise ConfigError(f"Give sleeves as a list: [fx.Sleeve({strategy.name!r}, …)].")
    if not isinstance(strategy, list | tuple):
        return False
    wrong = next((each for each in strategy if not isinstance(each, Sleeve)), None)
    if wrong is not None:
        raise ConfigError(
            f"A list of strategies holds sleeves, fx.Sleeve('name', strategy, symbol=…, timeframe=…), not "
            f"{type(wrong).__name__}."
        )
    if not strategy:
        raise ConfigError("The list of sleeves is empty: give at least one fx.Sleeve('name', strategy).")
    return True


@attrs.frozen(kw_only=True, eq=False)
class Place:
    """A sleeve with its bars.

    Attributes
    ----------
    sleeve : Sleeve
        As it was given.
    symbol : int
        Index of its symbol.
    feed : Feed
        The bars that it decides on.
    """

    sleeve: Sleeve
    symbol: int
    feed: Feed

    @property
    def name(self) -> str:
        """Of the sleeve."""
        return self.sleeve.name

    @property
    def strategy(self) -> Any:
        """Of the sleeve."""
        return self.sleeve.strategy

    @property
    def prices(self) -> Bars | Ticks:
        """Of the feed."""
        return self.feed.prices


def places_of(sleeves: Sequence[Sleeve], inputs: Inputs, feeds: Feeds) -> tuple[Place, ...]:
    """Find the bars of each sleeve.

    Raises
    ------
    ConfigError
        If two have one name, a symbol or timeframe is not to be had, or a netting account would have two on one symbol.
    """
    places = tuple(_place(sleeve, inputs, feeds) for sleeve in sleeves)
    _check_names(places)
    if inputs.account.mode is AccountMode.NETTING:
        _check_netting(places)
    return places


def _place(sleeve: Sleeve, inputs: Inputs, feeds: Feeds) -> Place:
    symbol = _symbol_of(sleeve, inputs.prices)
    base = feeds[symbol]
    try:
        feed = base if sleeve.timeframe is None else base.higher(sleeve.timeframe)
    except ConfigError as error:
        error.add_note(f"sleeve '{sleeve.name}'")
        raise
    if isinstance(feed.prices, Ticks) and getattr(sleeve.strategy, "form", None) in _ON_BARS:
        raise ConfigError(
            f"Sleeve '{sleeve.name}' decides on bars, and {symbol} has ticks: give it a timeframe, such as 'M1'."
        )
    return Place(sleeve=sleeve, symbol=tuple(inputs.prices).index(symbol), feed=feed)


_ON_BARS = (StrategyForm.VECTOR, StrategyForm.RULES)


def _symbol_of(sleeve: Sleeve, prices: Mapping[str, Bars | Ticks]) -> str:
    if sleeve.symbol is None:
        if len(prices) > 1:
            raise ConfigError(f"Sleeve '{sleeve.name}': say which symbol it trades, of {', '.join(prices)}.")
        return next(iter(prices))
    if sleeve.symbol not in prices:
        raise ConfigError(
            f"Sleeve '{sleeve.name}': the run has no prices of '{sleeve.symbol}'. {did_you_mean(sleeve.symbol, prices)}"
        )
    return sleeve.symbol


def _check_names(places: Sequence[Place]) -> None:
    seen: set[str] = set()
    for place in places:
        if place.name in seen:
            raise ConfigError(f"Two sleeves are called '{place.name}'. Give each a name of its own.")
        seen.add(place.name)


def _check_netting(places: Sequence[Place]) -> None:
    """Refuse two sleeves on one symbol: they would share one position, and whose it is could not be said."""
    owners: dict[int, Place] = {}
    for place in places:
        other = owners.setdefault(place.symbol, place)
        if other is not place:
            raise ConfigError(
                f"Sleeves '{other.name}' and '{place.name}' both trade {place.prices.symbol} on a netting account, "
                "which holds one position a symbol: whose it is could not be said. Use mode='hedging', or one "
                "strategy that unites both."
            )
