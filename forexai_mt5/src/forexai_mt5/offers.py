"""What the plugin offers."""

from __future__ import annotations

from importlib.resources import files

from forexai_core.ports.data import DataCapabilities, DataOffer
from forexai_core.ports.services import Services
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.exports.source import ExportSource
from forexai_mt5.settings import ExportSettings

__all__ = ["data_offers"]

EXAMPLE = "EURUSDm_H1_202301030000_202301232300.csv"
"""An export as a terminal writes it, of a made-up market."""


def _open_exports(settings: ExportSettings, _services: Services) -> ExportSource:
    return ExportSource(settings)


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
    )
