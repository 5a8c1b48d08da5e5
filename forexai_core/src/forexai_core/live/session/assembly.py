"""From a session's specification to the accounts that it runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import attrs
from pydantic import ValidationError

from forexai_core.backtesting.inputs import Inputs, inputs_of
from forexai_core.backtesting.sleeves import Sleeve
from forexai_core.engine.preparation.rates import DEFAULT_MAX_AGE_NS
from forexai_core.errors import ConfigError, DataError, PluginMissingError, did_you_mean
from forexai_core.live.growth.rows import known_ns
from forexai_core.live.paper.offers import PaperSettings
from forexai_core.live.session.account_run import AccountPlan
from forexai_core.live.session.arming import VenuePlan
from forexai_core.live.session.confirming import Confirming
from forexai_core.live.session.paper_run import PaperPlan
from forexai_core.live.session.specification import (
    AccountTable,
    ConfirmationTable,
    FeedTable,
    SessionSpec,
    problems_of,
)
from forexai_core.live.settings import desk_settings_of
from forexai_core.ports.broker import Broker
from forexai_core.ports.confirmation import Confirmation
from forexai_core.ports.data import DataSource
from forexai_core.ports.settings import flags_taken_for_numbers
from forexai_core.ports.strategy import TradingStrategy
from forexai_core.values.accounts import Account, AccountMode, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.calendar import EconomicEvent
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.execution import Execution
from forexai_core.values.instruments import AssetClass
from forexai_core.values.ticks import Ticks

__all__ = ["Openers", "check_begins", "instant_of", "plans_of"]

OpenedT = TypeVar("OpenedT")
_YEARS = range(1900, 2200)  # of times that fit 64 bits of nanoseconds, with room on both sides
_EXECUTION = ("latency_ms", "latency_jitter_ms", "deviation_points", "requote_probability")


class Openers(Protocol):
    """Opens by name what a session names; whoever assembles knows the plugins."""

    def strategy(self, name: str, parameters: Mapping[str, Any]) -> TradingStrategy:
        """Open a strategy."""
        ...

    def prices(self, feed: FeedTable) -> Bars | Ticks:
        """Read the prices of a feed."""
        ...

    def source(self, feed: FeedTable) -> tuple[DataSource, bool]:
        """Open the source of a feed; say whether its prices are of the present."""
        ...

    def broker(self, account: AccountTable) -> Broker:
        """Open the session with the venue of an account; not connected yet."""
        ...

    def costs(self, table: Mapping[str, Any]) -> Costs:
        """Make the costs of an account."""
        ...

    def confirmation(self, table: ConfirmationTable) -> Confirmation:
        """Open what confirms openings; asked only where a session has it."""
        ...

    def calendar(self, file: str, timezone: str | None) -> Sequence[EconomicEvent]:
        """Read a calendar of news."""
        ...


def instant_of(text: str | None) -> int | None:
    """Read a time of a session file, nanoseconds UTC; None for none.

    Raises
    ------
    ConfigError
        If it is none.
    """
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"'{text}' is no time. Write it as 2024-01-31 or 2024-01-31T08:00:00, in UTC.") from None
    moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    if moment.year not in _YEARS:
        raise ConfigError(f"'{text}' is no time of prices: give a year from {_YEARS[0]} to {_YEARS[-1]}.")
    return round(moment.timestamp()) * 1_000_000_000


def plans_of(
    spec: SessionSpec,
    openers: Openers,
    known: Mapping[str, Bars | Ticks] | None = None,
    armed: Collection[str] = (),
) -> tuple[AccountPlan, ...]:
    """Give what is traded on each account.

    Parameters
    ----------
    spec : SessionSpec
        The session.
    openers : Openers
        For strategies, costs and prices.
    known : mapping of str to Bars or Ticks, optional
        What live feeds have told so far; without it prices are read.
    armed : collection of str
        The accounts that a person lets trade with real money, for this start.

    Raises
    ------
    ConfigError, DataError, PluginMissingError
        If something is not to be had, or does not fit together.
    """
    names = [account.name for account in spec.accounts]
    stray = next((name for name in armed if name not in names), None)
    if stray is not None:
        raise ConfigError(f"There is no account '{stray}' to arm. {did_you_mean(stray, names)}")
    prices = dict(known or {feed.symbol: _within(openers.prices(feed), spec) for feed in spec.feeds})
    confirming = _confirming(spec, openers)
    plans: tuple[AccountPlan, ...]
    if spec.at_venue:
        plans = tuple(_venue_plan(spec, account, openers, prices, armed) for account in spec.accounts)
    else:
        plans = tuple(_paper_plan(spec, account, openers, prices) for account in spec.accounts)
    return tuple(attrs.evolve(plan, confirming=confirming) for plan in plans)


def check_begins(spec: SessionSpec, plans: Sequence[AccountPlan]) -> None:
    """Refuse a session that begins to decide when all its prices are over.

    Parameters
    ----------
    spec : SessionSpec
        The session.
    plans : sequence of AccountPlan
        What is traded, over prices that are all known.

    Raises
    ------
    ConfigError
        If it does.
    """
    start_ns = instant_of(spec.session.start)
    if start_ns is None or not plans:
        return
    last_ns = max(int(known_ns(prices)[-1]) for plan in plans for prices in plan.inputs.prices.values())
    if start_ns > last_ns:
        raise ConfigError(
            f"[session] start = '{spec.session.start}': the last price is of {format_time_ns(last_ns)}, so that "
            "nothing would be decided. Give an earlier start, or later prices."
        )


def _confirming(spec: SessionSpec, openers: Openers) -> Confirming | None:
    table = spec.confirmation
    if table is None:
        return None
    return Confirming(
        confirmation=openers.confirmation(table), timeout_s=table.timeout_s, allows_unanswered=table.default == "allow"
    )


def _symbols(spec: SessionSpec, account: AccountTable) -> tuple[str, ...]:
    """Name the symbols of an account's strategies, in the order of the feeds."""
    asked = {each.symbol or spec.feeds[0].symbol for each in spec.strategies_of(account.name)}
    return tuple(feed.symbol for feed in spec.feeds if feed.symbol in asked)


def _within(prices: Bars | Ticks, spec: SessionSpec) -> Bars | Ticks:
    stop_ns = instant_of(spec.session.stop)
    cut = prices if stop_ns is None else prices[: int((prices.time_ns < stop_ns).sum())]
    if not len(cut):
        raise DataError(f"{prices.symbol}: there are no prices before the session's stop, {spec.session.stop}.")
    return cut


def _paper_plan(
    spec: SessionSpec, account: AccountTable, openers: Openers, prices: Mapping[str, Bars | Ticks]
) -> PaperPlan:
    if account.login:
        raise ConfigError(f"accounts {account.name}: login names an account at a venue; a paper account has none.")
    settings = _paper_settings(account)
    terms: dict[str, Any] = {"balance": settings.balance, "currency": settings.currency}
    terms |= {"leverage": settings.leverage, "mode": settings.mode}
    execution = Execution(mode=settings.execution, **{name: getattr(settings, name) for name in _EXECUTION})
    return PaperPlan(
        **_common(spec, account, openers, prices, terms, seed=settings.seed, execution=execution),
        reject_probability=settings.reject_probability,
    )


def _venue_plan(
    spec: SessionSpec,
    account: AccountTable,
    openers: Openers,
    prices: Mapping[str, Bars | Ticks],
    armed: Collection[str],
) -> VenuePlan:
    broker = openers.broker(account)
    for name in ("balance", "currency"):
        if getattr(account, name) is not None:
            raise ConfigError(f"accounts {account.name}: {name} is what its venue says. Leave it out.")
    if account.leverage is None:
        raise ConfigError(
            f"accounts {account.name}: give its leverage = as the broker granted it (30 stands for 1:30); limits "
            "reckon margin by it."
        )
    if not spec.live or spec.session.clock != "real":
        raise ConfigError(
            f"accounts {account.name}: {account.broker} trades now. Write clock = 'real' in [session], and live = true "
            "in [[feeds]]."
        )
    return VenuePlan(
        **_common(spec, account, openers, prices, {"leverage": account.leverage}),
        broker=broker,
        mode=None if account.mode is None else AccountMode(account.mode),
        login=account.login,
        real_money=spec.session.mode == "live",
        armed=account.name in armed,
    )


def _common(
    spec: SessionSpec,
    account: AccountTable,
    openers: Openers,
    prices: Mapping[str, Bars | Ticks],
    terms: dict[str, Any],
    *,
    seed: int = 0,
    execution: Execution | None = None,
) -> dict[str, Any]:
    """Give what is said of an account wherever it is kept."""
    parts = spec.strategies_of(account.name)
    if not parts:
        raise ConfigError(f"accounts {account.name}: no strategy trades on it. Leave it out, or add one.")
    return {
        "name": account.name,
        "inputs": _inputs(spec, account, openers, prices, terms, seed=seed, execution=execution),
        "strategies": tuple(
            Sleeve(
                part.label,
                _opened(f"[[strategies]] {part.label}", openers.strategy, part.name, part.parameters),
                symbol=part.symbol or spec.feeds[0].symbol,
                timeframe=part.timeframe,
            )
            for part in parts
        ),
        "risk": _opened("[risk]", spec.risk.of_session, openers.calendar),
        "settings": desk_settings_of(account.desk, f"accounts {account.name}: desk"),
        "decides_from_ns": instant_of(spec.session.start),
        "tenant": account.tenant,
    }


def _opened(place: str, opening: Callable[..., OpenedT], *given: Any, **named: Any) -> OpenedT:
    """Open something, and name the table that asked for it where that is refused."""
    try:
        return opening(*given, **named)
    except (ConfigError, PluginMissingError) as error:
        raise type(error)(f"{place}: {error}").with_traceback(error.__traceback__) from error


def _inputs(
    spec: SessionSpec,
    account: AccountTable,
    openers: Openers,
    prices: Mapping[str, Bars | Ticks],
    terms: dict[str, Any],
    *,
    seed: int,
    execution: Execution | None,
) -> Inputs:
    own = {symbol: prices[symbol] for symbol in _symbols(spec, account)}
    if spec.live:
        _check_one_timeframe(account, own)
    given: dict[str, Any] = terms if account.timezone is None else terms | {"clock": account.timezone}
    return inputs_of(
        own,
        account=_opened(f"[[accounts]] {account.name}", Account, **given),
        costs=_opened(f"[[accounts]] {account.name}", openers.costs, account.costs),
        rates={**_converting(prices, own), **spec.rates},
        finer=None,
        limit_fill="price",
        max_age_ns=DEFAULT_MAX_AGE_NS,
        seed=seed or spec.session.seed,
        conditions={} if execution is None else {"execution": execution},
    )


def _converting(prices: Mapping[str, Bars | Ticks], own: Mapping[str, Bars | Ticks]) -> dict[str, Bars | Ticks]:
    """Give the pairs of currencies that an account does not trade: their quotes convert its money."""
    return {
        symbol: each
        for symbol, each in prices.items()
        if symbol not in own and each.instrument.asset_class is AssetClass.FOREX
    }


def _check_one_timeframe(account: AccountTable, own: Mapping[str, Bars | Ticks]) -> None:
    kinds = sorted({"tick" if isinstance(each, Ticks) else str(each.timeframe) for each in own.values()})
    if len(kinds) > 1:
        raise ConfigError(
            f"accounts {account.name}: live feeds of one account share one timeframe, not {', '.join(kinds)}, since "
            "the opening of a longer bar is told when it ends. Give all feeds the finest, and strategies their own."
        )


def _paper_settings(account: AccountTable) -> PaperSettings:
    given = {name: getattr(account, name) for name in ("balance", "currency", "leverage", "mode")}
    own = {name: value for name, value in given.items() if value is not None}
    wrong = {"symbols", "ticks"} & account.settings.keys()
    if wrong:
        raise ConfigError(
            f"accounts {account.name}: settings.{min(wrong)} belongs to a paper account that makes its own prices; in "
            "a session they come from [[feeds]]."
        )
    try:
        made = PaperSettings(**(own | dict(account.settings)))
    except ValidationError as error:
        raise ConfigError(f"[[accounts]] {account.name}: {problems_of(error)}") from None
    flag = next(flags_taken_for_numbers(account.settings, made), None)
    if flag is not None:
        raise ConfigError(f"[[accounts]] {account.name}: {flag[0]} is true or false: it is a number. Write one.")
    return made
