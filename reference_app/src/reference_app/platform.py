"""What the application is made of, once it is assembled."""

from __future__ import annotations

import attrs

from forexai_core.plugins import Plugins
from forexai_core.ports.app import AppParts
from forexai_core.ports.services import Services
from reference_app.schema import Schema
from reference_app.settings import AppSettings

__all__ = ["MountedPart", "Platform", "Unmounted"]


@attrs.frozen(kw_only=True)
class MountedPart:
    """A part that a plugin brings.

    Attributes
    ----------
    offer, plugin : str
        Its name, and the plugin's.
    prefix : str
        Of its routes and permissions.
    parts : AppParts
        What it brings.
    """

    offer: str
    plugin: str
    prefix: str
    parts: AppParts


@attrs.frozen(kw_only=True)
class Unmounted:
    """A part that is left out, and why."""

    offer: str
    plugin: str
    reason: str


@attrs.frozen(kw_only=True)
class Platform:
    """Settings, services, plugins and parts of one running application.

    Attributes
    ----------
    schema : Schema
        All tables, those of the mounted parts included.
    version : str
        Of the application.
    started_ns : int
        When it was assembled, by the clock's monotonic time.
    """

    settings: AppSettings
    services: Services
    plugins: Plugins
    mounted: tuple[MountedPart, ...]
    unmounted: tuple[Unmounted, ...]
    schema: Schema
    version: str
    started_ns: int

    @property
    def uptime_s(self) -> float:
        """Seconds since it was assembled."""
        return (self.services.clock.monotonic_ns() - self.started_ns) / 1e9

    @property
    def sound(self) -> bool:
        """Whether every plugin, and every part of one, is in use."""
        return not self.plugins.errors and not self.unmounted
