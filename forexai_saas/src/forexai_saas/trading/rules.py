"""The rules of the gate, as a pure function: each is one line of a table, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from uuid import UUID

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_saas.accounts.roles import PERMISSIONS, PermissionRule
from forexai_saas.billing.standing import Opening
from forexai_saas.errors import AccountError

__all__ = ["KILL", "RULES", "Account", "Ask", "Asker", "GateRule", "Question", "refusal_of"]

KILL = "trading:kill:use"

STEP_UP_NS = 5 * 60 * 10**9
"""How long a code of the authenticator stands for a step-up."""
MANUAL_NS = 12 * 3_600 * 10**9
"""How long a second factor stands for live orders by hand."""
_AHEAD_NS = 5 * 10**9  # clocks of two servers may differ by so much; anything later is no time at all


def _known(_: object, __: object, name: str) -> None:
    if name not in PERMISSIONS:
        raise ConfigError(f"'{name}' is no permission. {did_you_mean(name, PERMISSIONS)}")


@attrs.frozen(kw_only=True)
class Ask:
    """What somebody wants to do.

    Attributes
    ----------
    permission : str
        Name of the permission that it takes.
    account_id : UUID or None
        The account; None where it is of the tenant as a whole.
    live : bool
        As what it was sent: an order for a live account says so itself.
    reduces : bool
        Whether it only makes positions smaller, closes or protects them, or cancels an order.
    """

    permission: str = attrs.field(validator=_known)
    account_id: UUID | None = None
    live: bool = False
    reduces: bool = False


@attrs.frozen(kw_only=True)
class Asker:
    """Who wants it.

    Attributes
    ----------
    kind : str
        ``person``, ``key`` or ``impersonation``.
    permissions : frozenset of str
        Now.
    granted : bool
        Whether the account is granted to the person, or to the key's maker.
    second_factor_ns, totp_ns : int or None
        Of a person's session.
    key_account_id, key_live
        What a key is bound to.
    """

    kind: Literal["person", "key", "impersonation"]
    permissions: frozenset[str]
    platform_admin: bool = False
    granted: bool = False
    agreed: bool = False
    second_factor_ns: int | None = None
    totp_ns: int | None = None
    key_account_id: UUID | None = None
    key_live: bool = False


@attrs.frozen(kw_only=True)
class Account:
    """The account that it is about."""

    account_id: UUID
    live: bool
    armed: bool


@attrs.frozen(kw_only=True)
class Question:
    """All that an answer depends on.

    Attributes
    ----------
    account : Account or None
        None where there is none of that key in the tenant.
    opening : Opening
        What the tenant's standing allows.
    """

    ask: Ask
    asker: Asker
    account: Account | None
    opening: Opening
    now_ns: int

    @property
    def rule(self) -> PermissionRule:
        """The permission's."""
        return PERMISSIONS[self.ask.permission]

    @property
    def is_live(self) -> bool:
        """Whether it reaches a live account."""
        return self.account is not None and self.account.live and self.ask.permission != KILL

    @property
    def opens(self) -> bool:
        """Whether positions may come of it."""
        return self.rule.opens and not self.ask.reduces

    def is_fresh(self, shown_ns: int | None, longest_ns: int) -> bool:
        """Tell whether a factor was shown so recently; a time that has not come yet is none."""
        return shown_ns is not None and -_AHEAD_NS <= self.now_ns - shown_ns <= longest_ns


@attrs.frozen(kw_only=True)
class GateRule:
    """One line: when it refuses, and what it says."""

    answer: AccountError
    refuses: Callable[[Question], bool]

    @property
    def code(self) -> str:
        """What the application translates, and answers by."""
        return self.answer.code

    @property
    def message(self) -> str:
        """The same in English."""
        return str(self.answer)


def _wrong_mode(question: Question) -> bool:
    """Compare what the account is with what the order, the permission and the key say; one that differs stops it."""
    account, rule, asker = question.account, question.rule, question.asker
    if account is None or question.ask.permission == KILL:
        return False
    said = {question.ask.live}
    if rule.mode:
        said.add(rule.live)
    if asker.kind == "key":
        said.add(asker.key_live)
    return said != {account.live}


def _needs_account(question: Question) -> bool:
    return question.account is None and (question.ask.account_id is not None or question.rule.mode != "")


def _foreign_key(question: Question) -> bool:
    asker, rule = question.asker, question.rule
    return asker.kind == "key" and (
        not rule.for_keys or (rule.trades and question.ask.account_id != asker.key_account_id)
    )


RULES: tuple[GateRule, ...] = (
    GateRule(
        answer=AccountError(
            "impersonation.reads", "Whoever looks into a tenant for the platform changes nothing in it."
        ),
        refuses=lambda q: q.asker.kind == "impersonation" and q.ask.permission != "tenant:data:read",
    ),
    GateRule(
        answer=AccountError(
            "platform-admin.trades", "An administrator of the platform never trades. Use another account."
        ),
        refuses=lambda q: q.asker.platform_admin and (q.rule.trades or q.rule.live),
    ),
    GateRule(
        answer=AccountError(
            "permission.missing", "Your role does not allow this. Ask an owner or an admin of the tenant."
        ),
        refuses=lambda q: q.ask.permission not in q.asker.permissions,
    ),
    GateRule(
        answer=AccountError("key.reach", "This key does not reach that account, or no key may do this."),
        refuses=_foreign_key,
    ),
    GateRule(
        answer=AccountError("account.unknown", "There is no such account. Choose one of the tenant's."),
        refuses=_needs_account,
    ),
    GateRule(
        answer=AccountError(
            "mode.mixed", "Paper and live do not mix: the account, the order and the key must all be one or the other."
        ),
        refuses=_wrong_mode,
    ),
    GateRule(
        answer=AccountError("grant.missing", "This live account is not granted to you. Ask an owner or an admin."),
        refuses=lambda q: q.is_live and q.rule.granted and not q.asker.granted,
    ),
    GateRule(
        answer=AccountError(
            "step-up.needed", "Show a code of your authenticator app first; it stands for five minutes."
        ),
        refuses=lambda q: (
            q.rule.fresh_factor and (q.asker.kind != "person" or not q.is_fresh(q.asker.totp_ns, STEP_UP_NS))
        ),
    ),
    GateRule(
        answer=AccountError(
            "second-factor.old",
            "Live orders by hand take a second factor shown in the last twelve hours. Show it again.",
        ),
        refuses=lambda q: (
            q.is_live
            and q.ask.permission == "trading:orders:live"
            and q.asker.kind == "person"
            and not q.is_fresh(q.asker.second_factor_ns, MANUAL_NS)
        ),
    ),
    GateRule(
        answer=AccountError("consent.missing", "Read and accept the disclosure of risk first."),
        refuses=lambda q: q.is_live and q.rule.live and not q.ask.reduces and not q.asker.agreed,
    ),
    GateRule(
        answer=AccountError(
            "account.unarmed", "This account is not armed for live trading. An owner or an admin arms it."
        ),
        refuses=lambda q: q.is_live and q.opens and q.account is not None and not q.account.armed,
    ),
    GateRule(
        answer=AccountError(
            "billing.reduce-only",
            "The plan lets nothing be opened now; positions may be reduced, closed and protected.",
        ),
        refuses=lambda q: q.opens and q.opening is Opening.REDUCE_ONLY,
    ),
)
"""Every rule; the first that refuses answers."""


def refusal_of(question: Question) -> AccountError | None:
    """Give the first refusal, or None where it may be done."""
    for rule in RULES:
        if rule.refuses(question):
            return AccountError(rule.code, rule.message)
    return None
