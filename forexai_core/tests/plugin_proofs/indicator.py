"""A broken indicator for each rule of indicators."""

from __future__ import annotations

import attrs
import numpy as np
from plugin_proofs.making import around, attribute, opening


def batch_with(change):
    """Change the batch: ``change(rows, columns)``."""
    return lambda module: around(
        module.OFFER, batch=lambda sound, *columns: (change(sound.batch(*columns)[0], columns),)
    )


def takes_a_spread(module):
    return around(module.OFFER, inputs=attribute(lambda sound: ("spread",)))


def leaves_the_warm_up_out(module):
    return around(module.OFFER, batch=lambda sound, *columns: (sound.batch(*columns)[0][sound.warmup :],))


def declares_a_short_warm_up(module):
    return around(module.OFFER, warmup=attribute(lambda sound: sound.warmup - 3))


def rounds_in_the_batch(rows, _columns):
    return np.round(rows, 4)


def centres_on_the_mean(rows, _columns):
    return rows - np.nanmean(rows) if np.isfinite(rows).any() else rows


def writes_into_its_input(module):
    def batch(sound, *columns):
        rows = sound.batch(*columns)
        columns[0][:] = np.nan_to_num(rows[0])
        return rows

    return around(module.OFFER, batch=batch)


def shares_its_stream(module):
    def make(settings, services):
        sound = module.OFFER.open(settings, services)
        stream = sound.stream()
        return _OneStream(sound, stream)

    return opening(module.OFFER, make)


@attrs.define
class _OneStream:
    sound: object
    one: object
    inputs = ("close",)
    outputs = ("change",)

    @property
    def warmup(self):
        return self.sound.warmup

    def batch(self, *columns):
        return self.sound.batch(*columns)

    def stream(self):
        return self.one


def remembers_the_last_call(module):
    def make(settings, services):
        sound = module.OFFER.open(settings, services)
        calls = []

        class Counting(type(sound)):
            def batch(self, *columns):
                calls.append(1)
                return (super().batch(*columns)[0] * len(calls),)

        return Counting(settings.period)

    return opening(module.OFFER, make)


BROKEN = {
    "names-its-columns": takes_a_spread,
    "gives-a-row-for-every-row": leaves_the_warm_up_out,
    "warms-up-as-declared": declares_a_short_warm_up,
    "the-stream-equals-the-batch": batch_with(rounds_in_the_batch),
    "no-row-sees-the-future": batch_with(centres_on_the_mean),
    "inputs-are-left-alone": writes_into_its_input,
    "streams-are-kept-apart": shares_its_stream,
    "the-same-prices-give-the-same-rows": remembers_the_last_call,
}
