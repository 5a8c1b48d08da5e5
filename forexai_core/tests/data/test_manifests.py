"""What a library writes of a series: its instrument comes back with every field."""

from __future__ import annotations

import attrs
import pytest

from forexai_core.data.manifests import Manifest, read_manifest, write_manifest
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.instruments import Instrument

CHANGES = [
    {},
    {"spread_points": 7},
    {"margin_rates": {"buy": (1.0, 0.5), "sell_limit": (0.25, 0.0)}},
    {"swap_days": (1, 1, 3, 1, 1, 0, 0)},
    {"holidays": ["2026-12-25"], "sessions": []},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: next(iter(changes), "as it is"))
def test_an_instrument_comes_back_as_it_was(tmp_path, changes):
    instrument = find_instrument("EURUSD").with_values(**changes)
    write_manifest(tmp_path, Manifest(instrument=instrument, timeframe="M1", columns=("bars",)))
    assert read_manifest(tmp_path).instrument == instrument
    assert {field.name for field in attrs.fields(Instrument)} == set(attrs.asdict(instrument))
