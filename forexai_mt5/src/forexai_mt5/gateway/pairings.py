"""Pairing for the users of a platform: each tenant has codes shown for, and sees and unpairs, its own machines only."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from forexai_core.errors import ConfigError, ConflictError, NotFoundError
from forexai_core.ports.bus import Bus
from forexai_core.ports.services import Services
from forexai_mt5.gateway.admission import Admission, Device, PairingCode
from forexai_mt5.gateway.routes import Inward, inward_topic, lease_of
from forexai_mt5.gateway.settings import GatewaySettings

__all__ = ["PairedMachine", "TenantPairings", "account_of", "end_connections"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def account_of(tenant: str, connection: str) -> str:
    """Name the account of a tenant's connection, as `LineSettings` and `LineDataSettings` take it.

    Parameters
    ----------
    tenant, connection : str
        Letters, digits, ``_`` and ``-``, 64 at most: so no two tenants have an account of one name.

    Raises
    ------
    ConfigError
        If one is no such name.
    """
    for kind, name in (("tenant", tenant), ("connection", connection)):
        if not _NAME.fullmatch(name):
            shown = repr(name)[:80]
            raise ConfigError(f"{shown} cannot name a {kind}: write letters, digits, _ and -, 64 at most.")
    return f"{tenant}/{connection}"


@attrs.frozen(kw_only=True)
class PairedMachine:
    """A machine of a tenant.

    Attributes
    ----------
    device_id : str
        Its name, for unpairing.
    connection : str
        Which connection it serves.
    name : str
        As its owner calls it.
    paired_at_ns : int
        Nanoseconds UTC.
    connected : bool
        Whether it serves the connection now.
    """

    device_id: str
    connection: str
    name: str
    paired_at_ns: int
    connected: bool


async def end_connections(bus: Bus, device: Device) -> None:
    """End what a device that was unpaired has open, whichever process holds it."""
    ending = Inward(kind="end", device_id=device.id, code="revoked")
    await bus.publish(inward_topic(device.account), ending.model_dump_json().encode())


class TenantPairings:
    """What a platform's routes offer for pairing; they say which tenant asks, after they have made sure of it.

    Parameters
    ----------
    services : Services
        Of the platform: the same as the gateway's.
    code_s : float
        Life of a code.
    most_codes : int
        Codes of a tenant that stand at once.
    """

    def __init__(self, services: Services, *, code_s: float = 600.0, most_codes: int = 5) -> None:
        # Codes are of no host: a connector names the one by which it has come.
        settings = GatewaySettings(hosts={"localhost"}, code_s=code_s)
        self._services, self._most_codes = services, most_codes
        self._admission = Admission(services.secrets, services.clock, settings)

    async def issue(self, tenant: str, connection: str) -> PairingCode:
        """Make a code that pairs one machine with a connection, once, soon; show it to who has asked only.

        Raises
        ------
        ConfigError
            If tenant or connection is no name.
        ConflictError
            If too many codes of the tenant stand.
        """
        account = account_of(tenant, connection)
        standing = [each for each in await self._admission.standing_codes() if _is_of(tenant, each)]
        if len(standing) >= self._most_codes:
            raise ConflictError(f"{len(standing)} codes stand already. Use one of them, or wait until they have ended.")
        return await self._admission.issue_code(account)

    async def machines(self, tenant: str, connection: str | None = None) -> Sequence[PairedMachine]:
        """List a tenant's machines, of one connection or of all, in the order of their pairing.

        Raises
        ------
        ConfigError
            If tenant or connection is no name.
        """
        account_of(tenant, connection or "any")
        found = [each for each in await self._admission.devices() if _is_of(tenant, each.account)]
        machines = [await self._seen(each) for each in sorted(found, key=lambda each: each.paired_at_ns)]
        return tuple(each for each in machines if connection in {None, each.connection})

    async def _seen(self, device: Device) -> PairedMachine:
        return PairedMachine(
            device_id=device.id,
            connection=device.account.partition("/")[2],
            name=device.name,
            paired_at_ns=device.paired_at_ns,
            connected=await self._serving(device.account) == device.id,
        )

    async def _serving(self, account: str) -> str | None:
        lease = await self._services.leases.current(lease_of(account))
        return None if lease is None else lease.owner.partition(":")[0]

    async def is_connected(self, tenant: str, connection: str) -> bool:
        """Say whether a machine serves a connection now.

        Raises
        ------
        ConfigError
            If tenant or connection is no name.
        """
        return await self._serving(account_of(tenant, connection)) is not None

    async def unpair(self, tenant: str, device_id: str) -> None:
        """Unpair a tenant's machine, and end its connection at once.

        Raises
        ------
        NotFoundError
            If the tenant has none of that name, also where another tenant has.
        """
        device = await self._admission.device(device_id)
        if device is None or not _is_of(tenant, device.account) or not await self._admission.forget(device_id):
            raise NotFoundError("There is no such machine. List them, and choose one.")
        await end_connections(self._services.bus, device)


def _is_of(tenant: str, account: str) -> bool:
    return account.startswith(f"{tenant}/")
