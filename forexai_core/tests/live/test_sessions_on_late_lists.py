"""Sessions at a venue whose list of positions lags: limits count what it does not list yet."""

from __future__ import annotations

import attrs
import pytest
from live.venue_trading import Trading, Venue, a_spec

import forexai_core as fx
from forexai_core.testing.venues import SimulatedVenue

pytestmark = [pytest.mark.kernels, pytest.mark.asyncio]


class Eager(fx.Strategy):
    """Buys at every bar."""

    def on_bar(self, ctx):
        ctx.buy(volume_lots=0.1, stop_loss_pips=200)


class LateLists(Venue):
    """A venue whose list of positions is that of some looks ago."""

    looks = 3

    def __init__(self, venue):
        super().__init__(venue)
        self.lists = []

    async def positions(self):
        self.lists.append(await super().positions())
        return self.listed

    @property
    def listed(self):
        return self.lists[max(0, len(self.lists) - 1 - self.looks)] if self.lists else ()

    async def account(self):
        return attrs.evolve(await super().account(), margin=400.0 * len(self.listed))


@pytest.mark.parametrize(
    ("limit", "rule", "positions"),
    [
        ({"max_positions": 1}, "max-positions", 1),
        ({"max_positions": 3}, "max-positions", 3),
        ({"max_volume_lots": 0.2}, "max-volume", 2),
        ({"max_currency_exposure": 2.5}, "currency-exposure", 2),
        ({"max_daily_loss_fraction": 0.045}, "daily-loss", 2),  # 200 a position at its stop, of 450
        ({"min_margin_level_percent": 1200}, "margin-level", 2),  # 10,000 over some 400 each
    ],
)
async def test_limits_hold_where_the_list_of_positions_lags(tmp_path, limit, rule, positions):
    wide = {"max_daily_loss_fraction": 0.5, "max_positions": 100}
    broker, spec = LateLists(SimulatedVenue(account=fx.Account(balance=10_000))), a_spec(risk=wide | limit)
    async with Trading(broker, tmp_path, spec=spec, strategy=Eager) as trading:
        await trading.minutes(8)
        _, records = await trading.end()
    assert len(broker.venue.positions) == positions
    wishes = [wish for each in records if each["kind"] == "decision" for wish in each.get("wishes", ())]
    refused = {said["rule"] for wish in wishes for said in wish["verdicts"] if not said["allowed"]}
    assert refused - {"halt"} == {rule}  # what is halted is not known for a moment after each leap of the clock
