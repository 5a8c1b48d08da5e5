"""``/api/v1/admin``: for administrators of the platform, who see with a second factor and change with a fresh one."""

from __future__ import annotations

from litestar import Router

from reference_app.features.admin.people_routes import list_people, restore_person, show_person, suspend_person
from reference_app.features.admin.platform_routes import list_chains, platform_health
from reference_app.features.admin.tenant_routes import (
    list_log,
    list_tenants,
    restore_tenant,
    show_tenant,
    suspend_tenant,
    verify_log,
)

__all__ = ["admin_router"]

admin_router = Router(
    "/admin",
    route_handlers=[
        list_people,
        show_person,
        suspend_person,
        restore_person,
        list_tenants,
        show_tenant,
        suspend_tenant,
        restore_tenant,
        list_log,
        verify_log,
        list_chains,
        platform_health,
    ],
    tags=["admin"],
)
