"""The gateway as a part of the application."""

from __future__ import annotations

from forexai_core.ports.app import AppOffer, AppParts, Mount
from forexai_core.ports.services import Services
from forexai_core.ports.settings import NoSettings
from forexai_mt5.gateway.app import Gateway
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.protocol.codec import LARGEST_BYTES

__all__ = ["GatewayPart", "app_offers"]

_WAYS_IN = "devices that were paired by a code prove their key; everything else is turned away"


class GatewayPart:
    """Brings connectors' door to an application.

    Parameters
    ----------
    services : Services
        Of the application.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def parts(self) -> AppParts:
        """List the door."""
        mount = Mount(path="/connector", make=self._make, ways_in=_WAYS_IN, largest_message_bytes=LARGEST_BYTES)
        return AppParts(mounts=(mount,))

    def _make(self, hosts: frozenset[str]) -> Gateway:
        return Gateway(self._services, GatewaySettings(hosts=hosts))


def _open(_settings: NoSettings, services: Services) -> GatewayPart:
    return GatewayPart(services)


def app_offers() -> tuple[AppOffer, ...]:
    """Give the part."""
    return (
        AppOffer(
            name="connector-gateway",
            title="The connectors' door",
            summary="Lets connectors in, which carry out what the platform commands on accounts of their users.",
            settings=NoSettings,
            open=_open,
            api_version=1,
            prefix="connector",
        ),
    )
