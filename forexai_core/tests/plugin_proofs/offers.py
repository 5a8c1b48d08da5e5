"""A broken plugin for each rule that offers of every kind keep."""

from __future__ import annotations

import socket
from contextlib import suppress

import attrs
from plugin_proofs.making import opening
from pydantic import ConfigDict, field_serializer


class Opaque:
    """A type of which no form knows anything."""


def loose(module):
    class Loose(module.OFFER.settings):
        model_config = ConfigDict(frozen=False)

    return attrs.evolve(module.OFFER, settings=Loose)


def greedy(module):
    class Greedy(module.OFFER.settings):
        model_config = ConfigDict(extra="ignore")

    return attrs.evolve(module.OFFER, settings=Greedy)


def formless(module):
    class Formless(module.OFFER.settings):
        model_config = ConfigDict(arbitrary_types_allowed=True)
        thing: Opaque | None = None

    return attrs.evolve(module.OFFER, settings=Formless)


def lossy(module):
    class Lossy(module.OFFER.settings):
        share: float = 0.25

        @field_serializer("share")
        def rounded(self, value: float) -> float:
            return round(value, 1)

    return attrs.evolve(module.OFFER, settings=Lossy)


def indiscreet(module):
    class Indiscreet(module.OFFER.settings):
        api_key: str = ""

    return attrs.evolve(module.OFFER, settings=Indiscreet)


def empty(module):
    return opening(module.OFFER, lambda _settings, _services: object())


def eager(module):
    def make(settings, services):
        with suppress(OSError):  # swallowed, as a plugin would
            socket.create_connection(("198.51.100.1", 9), timeout=0.001).close()
        return module.OFFER.open(settings, services)

    return opening(module.OFFER, make)


def shared(module):
    kept = []

    def make(settings, services):
        kept[:] = kept or [module.OFFER.open(settings, services)]
        return kept[0]

    return opening(module.OFFER, make)


BROKEN = {
    "settings-are-frozen": loose,
    "settings-refuse-unknown-keys": greedy,
    "settings-draw-a-form": formless,
    "settings-survive-storage": lossy,
    "settings-name-secrets": indiscreet,
    "opens-what-its-kind-promises": empty,
    "opening-is-quiet": eager,
    "opens-afresh": shared,
}
