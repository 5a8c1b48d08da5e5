"""Prices: importers, validation, the local library, resampling, synthetic and sample markets.

Each name brings its module when it is first used, since a backtest needs few of them; pandas and pyarrow come with the
first frame or Parquet file. The sources for the data hook are in :mod:`forexai_core.data.sources`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forexai_core.data.bundled import sample
    from forexai_core.data.event_files import EventFileSource, read_events
    from forexai_core.data.export import export_prices
    from forexai_core.data.gaps import GapPolicy, apply_gap_policy, find_gaps
    from forexai_core.data.importers import (
        ImportedBars,
        ImportedTicks,
        import_bars,
        import_ticks,
        read_bars,
        read_ticks,
    )
    from forexai_core.data.library import Entry, Library, to_time_ns
    from forexai_core.data.market_hours import MarketHours
    from forexai_core.data.options import FileOptions
    from forexai_core.data.resampling import resample
    from forexai_core.data.synthetic_market import synthetic
    from forexai_core.data.text_tables import BadRow
    from forexai_core.data.unpacking import ReadLimits
    from forexai_core.data.validation import clean_bars, clean_ticks, validate
    from forexai_core.data.validation_report import Finding, Gap, ValidationReport

__all__ = [
    "BadRow",
    "Entry",
    "EventFileSource",
    "FileOptions",
    "Finding",
    "Gap",
    "GapPolicy",
    "ImportedBars",
    "ImportedTicks",
    "Library",
    "MarketHours",
    "ReadLimits",
    "ValidationReport",
    "apply_gap_policy",
    "clean_bars",
    "clean_ticks",
    "export_prices",
    "find_gaps",
    "import_bars",
    "import_ticks",
    "read_bars",
    "read_events",
    "read_ticks",
    "resample",
    "sample",
    "synthetic",
    "to_time_ns",
    "validate",
]

_HOMES = {
    "BadRow": "text_tables",
    "Entry": "library",
    "EventFileSource": "event_files",
    "FileOptions": "options",
    "Finding": "validation_report",
    "Gap": "validation_report",
    "GapPolicy": "gaps",
    "ImportedBars": "importers",
    "ImportedTicks": "importers",
    "Library": "library",
    "MarketHours": "market_hours",
    "ReadLimits": "unpacking",
    "ValidationReport": "validation_report",
    "apply_gap_policy": "gaps",
    "clean_bars": "validation",
    "clean_ticks": "validation",
    "export_prices": "export",
    "find_gaps": "gaps",
    "import_bars": "importers",
    "import_ticks": "importers",
    "read_bars": "importers",
    "read_events": "event_files",
    "read_ticks": "importers",
    "resample": "resampling",
    "sample": "bundled",
    "synthetic": "synthetic_market",
    "to_time_ns": "library",
    "validate": "validation",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        message = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(message, name=name, obj=None)
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
