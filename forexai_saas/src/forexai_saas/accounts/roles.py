"""Roles, and what each may do within its tenant."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Literal

import attrs

__all__ = ["PERMISSIONS", "PermissionRule", "Role", "permissions_of"]


class Role(StrEnum):
    """What somebody is in a tenant. A platform admin is no role here: that person never trades."""

    OWNER = "owner"
    ADMIN = "admin"
    TRADER = "trader"
    VIEWER = "viewer"


@attrs.frozen(kw_only=True)
class PermissionRule:
    """One permission.

    Attributes
    ----------
    roles : frozenset of Role
        Who has it.
    for_keys : bool
        Whether a program's key may carry it. Never what raises a limit, re-arms, or lets others in.
    trades : bool
        Whether it acts on a broker account.
    mode : str
        ``paper`` or ``live`` where it is of such an account; empty where it makes no difference.
    opens : bool
        Whether positions may come of it: not while only reducing is allowed, nor live before the account is armed.
    granted : bool
        Whether a live account has to be granted to the person too.
    fresh_factor : bool
        Whether a person shows a code of the authenticator for it, in the five minutes before.
    """

    name: str
    title: str
    roles: frozenset[Role]
    for_keys: bool = False
    trades: bool = False
    mode: Literal["", "paper", "live"] = ""
    opens: bool = False
    granted: bool = False
    fresh_factor: bool = False

    @property
    def live(self) -> bool:
        """Whether it is of live accounts, for which people have to have agreed to the risk."""
        return self.mode == "live"


_ALL = frozenset(Role)
_TRADERS = frozenset({Role.OWNER, Role.ADMIN, Role.TRADER})
_HEADS = frozenset({Role.OWNER, Role.ADMIN})
_OWNER = frozenset({Role.OWNER})


_RULES = (
    PermissionRule(name="tenant:data:read", title="See everything of the tenant", roles=_ALL, for_keys=True),
    PermissionRule(
        name="trading:orders:paper",
        title="Trade on paper",
        roles=_TRADERS,
        for_keys=True,
        trades=True,
        mode="paper",
        opens=True,
    ),
    PermissionRule(
        name="trading:orders:live",
        title="Trade live, with a grant for the account",
        roles=_TRADERS,
        for_keys=True,
        trades=True,
        mode="live",
        opens=True,
        granted=True,
    ),
    # Whoever may trade may stop: no grant, no second factor.
    PermissionRule(name="trading:kill:use", title="Stop trading", roles=_TRADERS, for_keys=True, trades=True),
    PermissionRule(name="trading:kill:rearm", title="Let trading go on after a stop", roles=_HEADS, fresh_factor=True),
    PermissionRule(
        name="trading:live:arm", title="Arm an account for live trading", roles=_HEADS, mode="live", fresh_factor=True
    ),
    PermissionRule(name="trading:limits:raise", title="Raise a limit", roles=_HEADS, fresh_factor=True),
    PermissionRule(
        name="bots:paper:deploy",
        title="Deploy bots on paper",
        roles=_TRADERS,
        for_keys=True,
        trades=True,
        mode="paper",
        opens=True,
    ),
    PermissionRule(
        name="bots:live:deploy",
        title="Deploy bots live",
        roles=_TRADERS,
        trades=True,
        mode="live",
        opens=True,
        granted=True,
        fresh_factor=True,
    ),
    PermissionRule(name="brokers:connections:write", title="Connect and pair brokers", roles=_HEADS, fresh_factor=True),
    PermissionRule(name="brokers:paper:write", title="Add paper accounts", roles=_HEADS),
    PermissionRule(
        name="strategies:all:write", title="Write strategies and run backtests", roles=_TRADERS, for_keys=True
    ),
    PermissionRule(name="keys:own:write", title="Make keys for programs", roles=_TRADERS),
    PermissionRule(
        name="keys:live:write",
        title="Make keys that trade live",
        roles=_TRADERS,
        mode="live",
        granted=True,
        fresh_factor=True,
    ),
    PermissionRule(name="members:all:write", title="Invite members, change roles", roles=_HEADS),
    PermissionRule(name="audit:log:read", title="Read the audit log", roles=_HEADS),
    PermissionRule(name="billing:plan:write", title="Choose and pay the plan", roles=_OWNER),
    PermissionRule(name="tenant:all:close", title="Close the tenant", roles=_OWNER),
)

PERMISSIONS = MappingProxyType({rule.name: rule for rule in _RULES})
"""Every permission by its name."""


def permissions_of(role: str | None) -> frozenset[str]:
    """Give what a role may do; nothing for somebody who has none.

    Asked at every request, with the role as the database has it then, so that a change works at once.
    """
    if role is None:
        return frozenset()
    return frozenset(name for name, rule in PERMISSIONS.items() if Role(role) in rule.roles)
