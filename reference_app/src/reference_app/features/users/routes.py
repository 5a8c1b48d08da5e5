"""``/api/v1/users/me``."""

from __future__ import annotations

from litestar import Router, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody

from reference_app.accounts import Accounts
from reference_app.features.users.repository import recovery_codes_left, user_row
from reference_app.features.users.schemas import Me, MeChanged, MyFigures
from reference_app.http.callers import Caller
from reference_app.http.permissions import SIGNED_IN

__all__ = ["users_router"]


@get("/me", opt={SIGNED_IN: True}, summary="Tell who is signed in.")
async def me(caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]) -> Me:
    """Tell who is signed in."""
    row, factor = await user_row(accounts.on.database, caller.user_id)
    return Me(
        id=row.id,
        email=row.email,
        name=row.name,
        language="id" if row.language == "id" else "en",
        second_factor=factor,
        platform_admin=row.platform_admin,
        created_ns=str(row.created_ns),
    )


@patch("/me", opt={SIGNED_IN: True}, summary="Change one's own name or language.")
async def change_me(
    data: JSONBody[MeChanged], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> Me:
    """Change one's own name or language."""
    await accounts.profiles.change(caller.user_id, name=data.name, language=data.language)
    shown: Me = await me.fn(caller=caller, accounts=accounts)
    return shown


@get("/me/stats", opt={SIGNED_IN: True}, summary="Count what a person has.")
async def my_figures(caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]) -> MyFigures:
    """Count sessions, tenants and recovery codes."""
    belongs_to = await accounts.on.lookups.ask("forexai_tenants_of_user", caller.user_id)
    return MyFigures(
        sessions=len(await accounts.sessions.list(caller.user_id)),
        tenants=len(belongs_to),
        recovery_codes_left=await recovery_codes_left(accounts.on.database, caller.user_id),
    )


users_router = Router("/users", route_handlers=[me, change_me, my_figures], tags=["users"])
