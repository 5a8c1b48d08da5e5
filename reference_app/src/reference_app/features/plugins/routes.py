"""``GET /api/v1/plugins``."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from forexai_core.plugins import list_plugins
from reference_app.features.plugins.schemas import Offered, PluginList
from reference_app.http.permissions import PUBLIC
from reference_app.platform import Platform

__all__ = ["list_offers"]


@get("/plugins", opt={PUBLIC: True}, summary="List what the installed plugins offer.", tags=["platform"])
async def list_offers(
    platform: NamedDependency[Platform],
    kind: Annotated[str | None, QueryParameter(description="Only offers of this kind.")] = None,
) -> PluginList:
    """List what the installed plugins offer, by kind and name."""
    items = tuple(
        Offered(
            kind=each.kind,
            name=each.name,
            title=each.title,
            summary=each.summary,
            plugin=each.plugin,
            distribution=each.distribution,
            version=each.version,
            tier=each.tier,
            asset_classes=each.asset_classes,
        )
        for each in list_plugins(platform.plugins, kind)
    )
    return PluginList(items=items, problems=len(platform.plugins.errors) + len(platform.unmounted))
