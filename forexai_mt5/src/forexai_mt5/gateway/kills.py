"""Kills that no connector has confirmed yet: kept by the platform, and said with every connection until one has."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress

from forexai_core.errors import NotFoundError, StorageError
from forexai_core.ports.secrets import Secret, Secrets
from forexai_mt5.protocol.codec import FromConnector
from forexai_mt5.protocol.link import Link, LinkFullError
from forexai_mt5.protocol.trading import Kill

__all__ = ["LinkKills", "StandingKills"]


class StandingKills:
    """Kills of all accounts of an installation; they lie in its store of secrets, as pairings do.

    Parameters
    ----------
    secrets : Secrets
        The store.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def add(self, account: str, kill: Kill) -> None:
        """Keep a kill, durably, until it is confirmed."""
        await self._secrets.set(f"{_place(account)}/{kill.id}", Secret(kill.model_dump_json()))

    async def of(self, account: str) -> Sequence[Kill]:
        """List what no connector of an account has confirmed."""
        place = f"{_place(account)}/"
        kills = []
        for name in await self._secrets.names():
            if name.startswith(place):
                with suppress(NotFoundError):  # it was confirmed just now
                    kills.append(Kill.model_validate_json((await self._secrets.get(name)).reveal()))
        return kills

    async def confirm(self, account: str, kill_id: str) -> None:
        """Let go of a kill: the account's machine has it."""
        await self._secrets.delete(f"{_place(account)}/{kill_id}")


class LinkKills:
    """What one link has said of its account's kills. A kill is confirmed once the link's other side acknowledged it.

    A connector acknowledges a message once it has dealt with it: a kill, once it is written down there.

    Parameters
    ----------
    standing : StandingKills
        All of them.
    account : str
        Of the link.
    link : Link
        Both streams; what was said over it is sent again by it until it is acknowledged.
    """

    def __init__(self, standing: StandingKills, account: str, link: Link[FromConnector]) -> None:
        self._standing, self._account, self.link = standing, account, link
        self._said: dict[str, int] = {}
        self._left = False

    async def due(self) -> list[str]:
        """Take what was not said over this link yet into it; give it as text to be sent now."""
        texts = []
        self._left = False
        for kill in await self._standing.of(self._account):
            if kill.id in self._said:
                continue
            try:
                texts.append(self.link.send(kill))
            except LinkFullError:
                self._left = True  # it is kept, and comes once the other side has caught up
                break
            self._said[kill.id] = self.link.outbox.newest
        return texts

    async def heed(self) -> list[str]:
        """Let go of what the other side has acknowledged; give what had no room before."""
        first = self.link.outbox.first
        for kill_id, place in list(self._said.items()):
            if place < first:
                with suppress(StorageError):  # tried again with the next message; said once more, it is still one kill
                    await self._standing.confirm(self._account, kill_id)
                    del self._said[kill_id]
        return await self.due() if self._left else []


def _place(account: str) -> str:
    # A digest: an account's name may hold what parts names.
    return f"connector/kills/{hashlib.sha256(account.encode()).hexdigest()[:40]}"
