"""One session at a time on an account at a venue, whatever session files call it: its login is leased, too."""

from __future__ import annotations

import hashlib

import attrs

from forexai_core.errors import ConflictError
from forexai_core.live.session.arming import VenuePlan
from forexai_core.live.upkeep import UpkeepOf, renewed
from forexai_core.ports.leases import Lease, Leases

__all__ = ["HeldLogin"]


@attrs.define
class HeldLogin:
    """The login of an account at a venue, as a session holds it; nothing where the venue does not say which it shows.

    Parameters
    ----------
    plan : VenuePlan
        What is traded on the account.
    leases : Leases
        Shared by all that may trade it.
    owner : str
        Who holds it: a name of its own for each start.
    """

    _plan: VenuePlan
    _leases: Leases
    _owner: str
    _lease: Lease | None = attrs.field(default=None, init=False)

    async def take(self, login: str) -> None:
        """Take a login as the venue shows it.

        Raises
        ------
        ConflictError
            If another account of the session, or another session, holds it.
        """
        if not login:
            return
        resource, ttl_s, name = _resource(self._plan, login), self._plan.settings.lease_ttl_s, self._plan.name
        self._lease = await self._leases.acquire(resource, owner=f"{self._owner}/{name}", ttl_s=ttl_s)
        if self._lease is None:
            present = await self._leases.current(resource)
            holder = "" if present is None else f" ('{present.owner}')"
            raise ConflictError(
                f"accounts {name}: the venue shows '{login}', which another account of this session or another session "
                f"trades{holder}, or one that was killed within the last {ttl_s:g} seconds. Give each login one "
                "[[accounts]] in one session, with all its strategies; stop the other one, or wait."
            )

    async def renew(self, desk: UpkeepOf) -> bool:
        """Hold it on; say whether it is still held. Where it is not, the desk sends nothing any more."""
        if self._lease is None:
            return True
        lease = await renewed(self._leases, self._lease, desk)
        self._lease = lease or self._lease
        return lease is not None

    async def release(self) -> None:
        """Give it back."""
        if self._lease is not None:
            await self._leases.release(self._lease)
            self._lease = None


def _resource(plan: VenuePlan, login: str) -> str:
    """Name what is leased: a login that names its server is one account, whatever it is reached through."""
    known, kind = login.strip().casefold(), type(plan.broker)
    whole = known if "@" in known else f"{kind.__module__}.{kind.__qualname__} {known}"
    return f"login:{hashlib.sha256(whole.encode()).hexdigest()}"
