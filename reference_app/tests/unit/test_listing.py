"""The list of offers, made by another process: what goes wrong there is told, and tried again."""

from __future__ import annotations

import asyncio

import pytest

from forexai_core.errors import PluginError
from forexai_core.plugins import discover
from reference_app.features.plugins import listing
from reference_app.settings import AppSettings


async def test_a_process_that_fails_is_told_and_asked_again(monkeypatch):
    asked = listing.OfferListing(AppSettings(), None)
    monkeypatch.setattr(listing, "_ASKING", "no_such_module_of_ours")
    for _ in range(2):
        with pytest.raises(PluginError, match="No module named no_such_module_of_ours"):
            await asked.read()
    assert asked.problems == 0
    # A module that answers something else.
    monkeypatch.setattr(listing, "_ASKING", "this")
    with pytest.raises(PluginError, match="could not be asked"):
        await asked.read()


async def test_a_discovery_that_was_handed_over_is_asked_here():
    asked = listing.OfferListing(AppSettings(), discover((), entry_points=False))
    await asyncio.gather(asked.start(), asked.stop())
    assert await asked.read() == listing.PluginList(items=(), problems=0)
