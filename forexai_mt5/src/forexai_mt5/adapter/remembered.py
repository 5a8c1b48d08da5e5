"""Which account a connection serves, through restarts: a terminal shows whatever it was last logged in to."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from forexai_core.errors import BrokerUnreachableError, StorageError
from forexai_core.ports.secrets import Secret, Secrets
from forexai_mt5.adapter.identity import Identity, Wanted

if TYPE_CHECKING:
    from forexai_mt5.settings import Mt5Settings

__all__ = ["RememberedAccount"]


class RememberedAccount:
    """The account that was there when a connection was first opened; kept beside its password.

    Parameters
    ----------
    secrets : Secrets
        Where.
    connection : str
        Name of the connection there.
    """

    def __init__(self, secrets: Secrets, connection: str) -> None:
        self._secrets, self._name = secrets, f"mt5/account/{connection}"

    @classmethod
    def of(cls, settings: Mt5Settings, secrets: Secrets) -> RememberedAccount:
        """Give the one of a terminal, as the settings name it."""
        parts = (settings.terminal, settings.path.casefold(), settings.portable, settings.address)
        return cls(secrets, hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32])

    async def check(self, found: Identity, wanted: Wanted) -> None:
        """Insist that it is the account of before; one that the settings name whole takes the place of that.

        Raises
        ------
        BrokerUnreachableError
            If it is another one, or nobody can tell.
        """
        shown = [found.login, found.server]
        try:
            if wanted.login and wanted.server:
                await self._secrets.set(self._name, Secret(json.dumps(shown)))
                return
            await self._secrets.add(self._name, Secret(json.dumps(shown)))
            login, server = json.loads((await self._secrets.get(self._name)).reveal())
        except (StorageError, ValueError) as problem:
            raise BrokerUnreachableError(
                f"Which account this terminal served before cannot be recalled: {problem} Nothing is sent meanwhile."
            ) from problem
        if [login, server] != shown:
            raise BrokerUnreachableError(
                f"This connection has served {login}@{server}, and the terminal shows {found.name} now. Log it in to "
                f"the first again. If the change is meant, say so in the settings: login = {found.login} and server = "
                f"{json.dumps(found.server)}. Nothing is sent meanwhile."
            )
