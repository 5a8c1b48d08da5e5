"""A broken strategy for each rule of strategies."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

import attrs
import numpy as np
from plugin_proofs.making import opening

from forexai_core.strategies import Intents, Param, VectorStrategy


def flawed(module, **members):
    strategy = type("Flawed", (module.SoundStrategy,), members)
    return opening(module.OFFER, lambda settings, _services: strategy(**settings.model_dump()))


def ignores_its_settings(module):
    offer = opening(module.OFFER, lambda _settings, _services: module.SoundStrategy())
    return attrs.evolve(offer, example={"lookback": 33})


def never_trades(module):
    return flawed(module, on_bar=lambda self, ctx: None)


class Peeking(VectorStrategy):
    """Buys before the price rises."""

    name = "peeking"
    ahead: int = Param(5, ge=1, le=100, description="Bars.")

    def intents(self, bars):
        later = np.roll(bars.close, -self.ahead)
        later[-self.ahead :] = bars.close[-1]
        rising = later > bars.close + 0.002
        entry = np.where(rising & ~np.roll(rising, 1), 1, 0)
        return Intents.of(entry=entry, exit=~rising, volume_lots=0.1)


def peeks(module):
    return attrs.evolve(
        module.OFFER,
        settings=Peeking.settings_model(),
        open=lambda settings, _services: Peeking(**settings.model_dump()),
    )


def tosses_a_coin(module):
    def on_bar(self, ctx):
        if ctx.position is None and random.random() < 0.05:
            ctx.buy(volume_lots=0.1, stop_loss_pips=20, take_profit_pips=20)

    return flawed(module, on_bar=on_bar)


def remembers_the_last_run(module):
    runs = []

    def start(self, ctx):
        runs.append(1)

    def on_bar(self, ctx):
        if ctx.position is None and len(ctx.bars) % 40 == len(runs) % 40:
            ctx.buy(volume_lots=0.1, stop_loss_pips=20, take_profit_pips=20)

    return flawed(module, start=start, on_bar=on_bar)


def asks_the_web(module):
    def start(self, ctx):
        with suppress(OSError):  # swallowed, as a plugin would
            socket.create_connection(("198.51.100.1", 9), timeout=0.001).close()

    return flawed(module, start=start)


class Unbounded(VectorStrategy):
    """Takes any number."""

    name = "unbounded"
    every: int = 50

    def intents(self, bars):
        entry = np.where(np.arange(len(bars)) % 50 == 0, 1, 0)
        return Intents.of(entry=entry, volume_lots=0.1)


def takes_any_number(module):
    return attrs.evolve(
        module.OFFER,
        settings=Unbounded.settings_model(),
        open=lambda settings, _services: Unbounded(**settings.model_dump()),
    )


BROKEN = {
    "names-itself": ignores_its_settings,
    "trades-on-the-probe": never_trades,
    "no-decision-sees-the-future": peeks,
    "two-runs-are-equal": tosses_a_coin,
    "other-prices-leave-no-trace": remembers_the_last_run,
    "runs-without-a-network": asks_the_web,
    "parameters-are-bounded": takes_any_number,
}
