"""``GET /api/v1/plugins``."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from reference_app.features.plugins.listing import OfferListing
from reference_app.features.plugins.schemas import PluginList
from reference_app.http.permissions import PUBLIC
from reference_app.platform import Platform

__all__ = ["list_offers"]


@get("/plugins", opt={PUBLIC: True}, summary="List what the installed plugins offer.", tags=["platform"])
async def list_offers(
    platform: NamedDependency[Platform],
    offers: NamedDependency[OfferListing],
    kind: Annotated[str | None, QueryParameter(description="Only offers of this kind.")] = None,
) -> PluginList:
    """List what the installed plugins offer, by kind and name."""
    if kind is not None:
        platform.plugins.of_kind(kind)  # refuses a kind that does not exist, with the one that was perhaps meant
    told = await offers.read()
    items = tuple(each for each in told.items if kind is None or each.kind == kind)
    return PluginList(items=items, problems=told.problems + len(platform.unmounted))
