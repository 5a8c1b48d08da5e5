"""What the plugin offers."""

from __future__ import annotations

from importlib.resources import files

from forexai_core.ports.broker import BrokerOffer
from forexai_core.ports.data import DataCapabilities, DataOffer
from forexai_core.ports.services import Services
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.adapter.broker import CAPABILITIES, Mt5Broker
from forexai_mt5.adapter.source import Mt5Source
from forexai_mt5.adapter.terminals import opener_of
from forexai_mt5.exports.source import ExportSource
from forexai_mt5.platform_broker.broker import CAPABILITIES as BEHIND_A_CONNECTOR
from forexai_mt5.platform_broker.broker import LineBroker
from forexai_mt5.platform_broker.settings import LineDataSettings, LineSettings
from forexai_mt5.platform_broker.source import LineSource
from forexai_mt5.settings import ExportSettings, Mt5DataSettings, Mt5Settings

__all__ = ["broker_offers", "data_offers"]

EXAMPLE = "EURUSDm_H1_202301030000_202301232300.csv"
"""An export as a terminal writes it, of a made-up market."""


SIMULATED = {"terminal": "simulator", "clock": "new-york+7", "measure_clock": False}
"""Settings of a terminal that needs nothing: no Windows, no account, no network."""


def _open_exports(settings: ExportSettings, _services: Services) -> ExportSource:
    return ExportSource(settings)


def _open_source(settings: Mt5DataSettings, services: Services) -> Mt5Source:
    return Mt5Source(settings, opener_of(services))


def _open_line_source(settings: LineDataSettings, services: Services) -> LineSource:
    return LineSource(settings, services)


def data_offers() -> tuple[DataOffer, ...]:
    """Give the sources of prices."""
    return (
        DataOffer(
            name="mt5-exports",
            title="MetaTrader 5 exports",
            summary="Bars and ticks from files that a MetaTrader 5 terminal exported, in the broker's server time.",
            settings=ExportSettings,
            open=_open_exports,
            api_version=1,
            capabilities=DataCapabilities(bars=True, ticks=True, timeframes=frozenset(Timeframe) - {Timeframe.TICK}),
            example={"paths": [str(files("forexai_mt5") / "samples" / EXAMPLE)]},
        ),
        DataOffer(
            name="mt5",
            title="MetaTrader 5",
            summary="Bars and ticks of a MetaTrader 5 terminal, its history and as they come.",
            settings=Mt5DataSettings,
            open=_open_source,
            api_version=1,
            capabilities=DataCapabilities(
                bars=True, ticks=True, live=True, timeframes=frozenset(Timeframe) - {Timeframe.TICK}
            ),
            example={**SIMULATED, "history_days": 5, "tick_days": 1},
        ),
        DataOffer(
            name="connector",
            title="The prices of an account behind a connector",
            summary="Bars of the broker of an account on a user's machine, its history and as they close.",
            settings=LineDataSettings,
            open=_open_line_source,
            api_version=1,
            capabilities=DataCapabilities(bars=True, live=True, timeframes=frozenset(Timeframe) - {Timeframe.TICK}),
            example={"account": "main"},
        ),
    )


def _open_broker(settings: Mt5Settings, services: Services) -> Mt5Broker:
    return Mt5Broker(settings, opener_of(services))


def _open_line(settings: LineSettings, services: Services) -> LineBroker:
    return LineBroker(settings, services)


def broker_offers() -> tuple[BrokerOffer, ...]:
    """Give the venues."""
    return (
        BrokerOffer(
            name="mt5",
            title="MetaTrader 5",
            summary="An account in a MetaTrader 5 terminal: on this machine, on another one, or simulated.",
            settings=Mt5Settings,
            open=_open_broker,
            api_version=1,
            capabilities=CAPABILITIES,
            example=SIMULATED,
        ),
        BrokerOffer(
            name="connector",
            title="An account behind a connector",
            summary="An account on a user's machine, reached over the connector that was paired with this platform.",
            settings=LineSettings,
            open=_open_line,
            api_version=1,
            capabilities=BEHIND_A_CONNECTOR,
            example={"account": "main"},
        ),
    )
