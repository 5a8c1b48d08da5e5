"""``/api/v1/auth/2fa``: the second factor of a person who is signed in."""

from __future__ import annotations

from litestar import Response, Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from reference_app.accounts import Accounts
from reference_app.features.auth import schemas
from reference_app.http.callers import Caller
from reference_app.http.permissions import SIGNED_IN

__all__ = ["second_factor_router"]

_UNKEPT = {"Cache-Control": "no-store"}


@post("/enrol", status_code=200, opt={SIGNED_IN: True}, summary="Begin a second factor.")
async def enrol(
    data: JSONBody[schemas.Enrolling], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> Response[schemas.Enrolled]:
    """Give the secret for an authenticator app. It counts once a code of it was confirmed."""
    made = await accounts.second_factor.enrol(caller.user_id, data.password)
    return Response(schemas.Enrolled(secret=made.secret, uri=made.uri), status_code=200, headers=_UNKEPT)


@post("/confirm", status_code=200, opt={SIGNED_IN: True}, summary="Confirm a second factor by its first code.")
async def confirm(
    data: JSONBody[schemas.CodeShown], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> Response[schemas.RecoveryCodes]:
    """Confirm what was begun; the recovery codes are shown once."""
    codes = await accounts.second_factor.confirm(caller.user_id, data.code, session_id=caller.session)
    return Response(schemas.RecoveryCodes(codes=codes), status_code=200, headers=_UNKEPT)


@post("/check", status_code=204, opt={SIGNED_IN: True}, summary="Show a code again, before something weighty.")
async def check(
    data: JSONBody[schemas.CodeShown], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> None:
    """Show a code in a session that is open: what needs a fresh one then takes it."""
    await accounts.second_factor.check(caller.user_id, data.code, session_id=caller.session)


@post("/codes", status_code=200, opt={SIGNED_IN: True}, summary="Make new recovery codes; the old ones are void.")
async def renew_codes(
    data: JSONBody[schemas.CodeShown], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> Response[schemas.RecoveryCodes]:
    """Make new recovery codes."""
    codes = await accounts.second_factor.renew_codes(caller.user_id, data.code)
    return Response(schemas.RecoveryCodes(codes=codes), status_code=200, headers=_UNKEPT)


@post("/disable", status_code=204, opt={SIGNED_IN: True}, summary="Remove the second factor.")
async def disable(
    data: JSONBody[schemas.Disabling], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> None:
    """Remove the second factor; needs the password and a code."""
    await accounts.second_factor.remove(caller.user_id, data.password, data.code)


second_factor_router = Router("/2fa", route_handlers=[enrol, confirm, check, renew_codes, disable])
