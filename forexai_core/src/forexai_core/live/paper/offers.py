"""The paper broker as plugins offer brokers."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from forexai_core.data.synthetic_market import synthetic
from forexai_core.engine.preparation.conditions import Conditions
from forexai_core.engine.preparation.setup import prepare
from forexai_core.errors import ConfigError
from forexai_core.live.paper.broker import PAPER_CAPABILITIES, PaperBroker
from forexai_core.live.paper.venue import PaperVenue
from forexai_core.ports.broker import BrokerOffer
from forexai_core.ports.services import Services
from forexai_core.ports.settings import Settings
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.execution import Execution
from forexai_core.values.instruments import FillingMode
from forexai_core.values.ticks import Ticks

__all__ = ["PaperSettings", "open_paper", "paper_offer"]


class PaperSettings(Settings):
    """Settings of a paper account."""

    balance: float = Field(default=10_000.0, gt=0)
    """Money at the start."""
    currency: str = "USD"
    """Of the account."""
    leverage: float = Field(default=100.0, gt=0)
    """100 stands for 1:100."""
    mode: str = "hedging"
    """``hedging`` or ``netting``."""
    symbols: tuple[str, ...] = Field(default=("EURUSD",), min_length=1)
    """What is traded, where the venue makes its own prices."""
    ticks: int = Field(default=20_000, ge=10, le=5_000_000)
    """How many synthetic prices each symbol has."""
    seed: int = Field(default=0, ge=0)
    """Of the synthetic prices, and of everything else that is drawn."""
    latency_ms: float = Field(default=0.0, ge=0)
    """From an order to the venue."""
    latency_jitter_ms: float = Field(default=0.0, ge=0)
    """What may come on top."""
    execution: str = "market"
    """``market``, or ``instant``: at the price that was seen, or a requote."""
    deviation_points: float | None = Field(default=None, ge=0)
    """In instant execution: how far the price may have moved."""
    requote_probability: float = Field(default=0.0, ge=0, le=1)
    """In instant execution: how often the venue requotes for reasons of its own."""
    reject_probability: float = Field(default=0.0, ge=0, le=1)
    """How often the venue is too busy for an order."""


def _execution(settings: PaperSettings) -> Execution:
    return Execution(
        latency_ms=settings.latency_ms,
        latency_jitter_ms=settings.latency_jitter_ms,
        mode=settings.execution,
        deviation_points=settings.deviation_points,
        requote_probability=settings.requote_probability,
    )


def open_paper(
    settings: PaperSettings,
    prices: Mapping[str, Bars | Ticks],
    *,
    costs: Mapping[str, Costs] | Costs | None = None,
    rates: Mapping[str, Bars | Ticks | float] | None = None,
    conditions: Conditions | None = None,
    account: Account | None = None,
    login: str = "paper",
) -> PaperVenue:
    """Open a paper venue over prices that are known, with all costs on.

    Parameters
    ----------
    settings : PaperSettings
        Account and execution.
    prices : mapping of str to Bars or Ticks
        By symbol: recorded or synthetic.
    costs : Costs or mapping of str to Costs, optional
        What is left out comes from the prices, else from the instrument.
    rates : mapping, optional
        Sources of conversion, besides the traded symbols.
    conditions : Conditions, optional
        In place of those of the settings.
    account : Account, optional
        Likewise.
    login : str
        Which account it is.

    Raises
    ------
    ConfigError, DataError
        If something does not fit; the message names it.
    """
    given = account or Account(
        balance=settings.balance, currency=settings.currency, leverage=settings.leverage, mode=settings.mode
    )
    conditions = conditions or Conditions(seed=settings.seed, execution=_execution(settings))
    if conditions.execution.bounds_volume and conditions.execution.filling is FillingMode.RETURN:
        raise ConfigError("A paper venue takes no filling 'return': choose 'fok' or 'ioc'.")
    each = costs if isinstance(costs, Mapping) else dict.fromkeys(prices, costs or Costs())
    setup = prepare(
        prices,
        account=given,
        costs={symbol: each.get(symbol, Costs()) for symbol in prices},
        rates=rates,
        conditions=conditions,
    )
    return PaperVenue(setup, given, login=login)


def _open(settings: PaperSettings, _services: Services) -> PaperBroker:
    prices = {
        symbol: synthetic(symbol, "tick", bars=settings.ticks, seed=settings.seed + number)
        for number, symbol in enumerate(settings.symbols)
    }
    venue = open_paper(settings, prices)
    while not venue.priced and venue.left:
        venue.advance()
    return PaperBroker(venue, pulls=True, reject_probability=settings.reject_probability, seed=settings.seed)


def paper_offer() -> BrokerOffer:
    """Offer a paper account on synthetic prices, which move on as orders arrive."""
    return BrokerOffer(
        name="paper",
        title="Paper account",
        summary="The ledger of the backtests as a venue: no real money, every cost on.",
        settings=PaperSettings,
        open=_open,
        api_version=1,
        capabilities=PAPER_CAPABILITIES,
        example={"ticks": 2_000},
    )
