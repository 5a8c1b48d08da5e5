"""Keys of programs that act on an account: made through the gate."""

from __future__ import annotations

from typing import final
from uuid import UUID

from forexai_saas.accounts.api_keys import ApiKeys, KeyRequest
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.sessions import Identity
from forexai_saas.storage.scopes import Scope
from forexai_saas.trading.gate import TradingGate
from forexai_saas.trading.rules import Ask

__all__ = ["TradingKeys"]


@final
class TradingKeys:
    """Makes keys for an account.

    Parameters
    ----------
    on : Foundation
        Database and clock.
    keys : ApiKeys
        What makes keys.
    gate : TradingGate
        Asked first: a key for a live account takes a grant, the disclosure and a fresh code of the authenticator.
    """

    def __init__(self, on: Foundation, keys: ApiKeys, gate: TradingGate) -> None:
        self._on = on
        self._keys = keys
        self._gate = gate

    async def make(self, tenant_id: UUID, who: Identity, asked: KeyRequest) -> tuple[UUID, str]:
        """Make a key of a member; return its id and the key itself, which is shown once.

        Raises
        ------
        AccountError
            If no key may be that, the gate refuses, or the key is of another mode than its account.
        """
        asked.check()
        async with self._on.database.writing(Scope(tenant_id=tenant_id, user_id=who.user_id)) as session:
            permission = "keys:live:write" if asked.live else "keys:own:write"
            ask = Ask(permission=permission, account_id=asked.account_id, live=asked.live)
            await self._gate.check(session, who, ask)
            return await self._keys.add(session, asked)
