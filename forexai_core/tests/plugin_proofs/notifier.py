"""A broken notifier for each rule of notifiers."""

from __future__ import annotations

import asyncio
import logging
import socket

import attrs
from plugin_proofs.making import opening

from forexai_core.ports.notifier import Delivery
from forexai_core.ports.offers import Limits
from forexai_core.ports.settings import SecretRef


def flawed(module, **members):
    notifier = type("Flawed", (module.SoundNotifier,), members)

    def make(settings, services):
        made = notifier(settings)
        made.services = services
        return made

    return opening(module.OFFER, make)


def answers_with_another_key(module):
    async def send(self, notice):
        return Delivery(key="mine", channel="sound-notifier")

    return flawed(module, send=send)


def repeats_itself(module):
    async def send(self, notice):
        self._sent.clear()
        return await module.SoundNotifier.send(self, notice)

    return flawed(module, send=send)


def logs_its_key(module):
    class WithToken(module.SoundNotifierSettings):
        token: SecretRef = "secret:CHAT_TOKEN"

    async def send(self, notice):
        secret = await self.services.secrets.get(self._settings.token.removeprefix("secret:"))
        logging.getLogger("chat").debug("posting with %s", secret.reveal())
        return await module.SoundNotifier.send(self, notice)

    offer = flawed(module, send=send)
    return attrs.evolve(offer, settings=WithToken, example={"token": "secret:CHAT_TOKEN"})


def lets_errors_through(module):
    async def send(self, notice):
        socket.create_connection(("198.51.100.1", 9), timeout=0.001).close()
        return await module.SoundNotifier.send(self, notice)

    return flawed(module, send=send)


def hangs(module):
    async def send(self, notice):
        await asyncio.Event().wait()

    return attrs.evolve(flawed(module, send=send), limits=Limits(timeout_s=0.01))


BROKEN = {
    "delivers": answers_with_another_key,
    "one-key-is-one-message": repeats_itself,
    "secrets-stay-secret": logs_its_key,
    "failures-are-known-errors": lets_errors_through,
    "the-time-limit-holds": hangs,
}
