"""How long things last, and how often they may be tried."""

from __future__ import annotations

from pydantic import Field

from forexai_core.ports.settings import Settings
from forexai_saas.accounts.rates import Rule

__all__ = ["RULES", "AccountSettings"]

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


class AccountSettings(Settings):
    """How long sessions and links last."""

    browser_idle_s: int = Field(default=12 * _HOUR_S, ge=_MINUTE_S)
    """A browser's session ends when it was not used for so long."""
    browser_longest_s: int = Field(default=14 * _DAY_S, ge=_MINUTE_S)
    """A browser's session ends after so long, however it is used."""
    native_access_s: int = Field(default=15 * _MINUTE_S, ge=_MINUTE_S)
    """How long a native client's access token lasts."""
    native_refresh_s: int = Field(default=14 * _DAY_S, ge=_MINUTE_S)
    """How long its refresh token waits to be used."""
    native_longest_s: int = Field(default=90 * _DAY_S, ge=_MINUTE_S)
    """A native client's session ends after so long, however often it is refreshed."""
    second_factor_wait_s: int = Field(default=10 * _MINUTE_S, ge=_MINUTE_S)
    """How long a sign-in waits for its second factor."""
    verify_link_s: int = Field(default=2 * _DAY_S, ge=_MINUTE_S)
    """How long the link lasts that proves a mail address."""
    reset_link_s: int = Field(default=_HOUR_S, ge=_MINUTE_S)
    """How long the link lasts that sets a new password."""
    same_answer_s: float = Field(default=0.5, ge=0, le=10, allow_inf_nan=False)
    """Registering and forgetting take at least so long, so that the time does not tell whether an account is there."""
    password_memory_kib: int = Field(default=19_456, ge=8)
    """Memory of one password hash, KiB; the default is the least that OWASP names for argon2id."""
    password_passes: int = Field(default=2, ge=1)
    """Passes of one password hash over its memory; the default goes with that of the memory."""
    passwords_at_once: int = Field(default=2, ge=1)
    """How many passwords are hashed at once; each takes its memory and a core. Others wait."""
    issuer: str = "ForexAI"
    """How authenticator apps name this platform."""


class RULES:
    """Limits of attempts."""

    SIGN_IN_ACCOUNT = Rule(name="sign-in account", attempts=10, span_s=15 * _MINUTE_S)
    SIGN_IN_ADDRESS = Rule(name="sign-in address", attempts=60, span_s=15 * _MINUTE_S)
    SECOND_FACTOR = Rule(name="second factor", attempts=5, span_s=15 * _MINUTE_S)
    REGISTER_ADDRESS = Rule(name="register address", attempts=20, span_s=_HOUR_S)
    MAIL_ACCOUNT = Rule(name="mail account", attempts=5, span_s=_HOUR_S)
    MAIL_ADDRESS = Rule(name="mail address", attempts=30, span_s=_HOUR_S)
    INVITE_ACCOUNT = Rule(name="invite account", attempts=5, span_s=_HOUR_S)
    INVITE_TENANT = Rule(name="invite tenant", attempts=30, span_s=_DAY_S)
    TOKEN_ADDRESS = Rule(name="token address", attempts=60, span_s=15 * _MINUTE_S)
