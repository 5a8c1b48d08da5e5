"""What is asked and answered about signing in."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from reference_app.http.fields import Code, Email, Language, Name, Password, TimeNs, Token

__all__ = [
    "Accepted",
    "ChangedPassword",
    "CodeShown",
    "Disabling",
    "Ended",
    "Enrolled",
    "Enrolling",
    "Forgotten",
    "LoginLink",
    "NewPassword",
    "RecoveryCodes",
    "Refreshing",
    "Registering",
    "SecondFactorShown",
    "SessionList",
    "SessionShown",
    "SignedIn",
    "SigningIn",
    "Verifying",
]


class _Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request's body; a name that nobody knows is refused, since it may be a misspelled one."""


class Registering(_Body, frozen=True, kw_only=True):
    """Somebody who is new."""

    email: Email
    password: Password
    name: Name
    language: Language = "en"


class Verifying(_Body, frozen=True, kw_only=True):
    """A link of a verification mail, and the password that was registered with."""

    token: Token
    password: Password


class SigningIn(_Body, frozen=True, kw_only=True):
    """Who signs in. A native client gets tokens in the answer; a browser gets a cookie that no script can read."""

    email: Email
    password: Password
    native: bool = False


class SecondFactorShown(_Body, frozen=True, kw_only=True):
    """A code that finishes a sign-in. A native client shows the token that waits for it."""

    code: Code
    pending_token: Token | None = None


class CodeShown(_Body, frozen=True, kw_only=True):
    """A code."""

    code: Code


class Refreshing(_Body, frozen=True, kw_only=True):
    """A native client's refresh token, good once."""

    refresh_token: Token


class Forgotten(_Body, frozen=True, kw_only=True):
    """Who cannot remember a password."""

    email: Email


class NewPassword(_Body, frozen=True, kw_only=True):
    """A link of a mail, and the password to be."""

    token: Token
    password: Password


class ChangedPassword(_Body, frozen=True, kw_only=True):
    """The password that was, and the one to be."""

    old: Password
    new: Password


class Enrolling(_Body, frozen=True, kw_only=True):
    """The password, before a second factor is begun."""

    password: Password


class Disabling(_Body, frozen=True, kw_only=True):
    """The password and a code, before the second factor is removed."""

    password: Password
    code: Code


class LoginLink(_Body, frozen=True, kw_only=True):
    """The token of a link that `forexai serve --demo` printed."""

    token: Token


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was taken in; the answer says nothing of what comes of it."""

    accepted: bool = True


class SignedIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sign-in.

    Attributes
    ----------
    second_factor : str
        ``required``: the sign-in waits for a code. ``done``: it needs no more.
    expires_ns : str
        Until when it is good, unless it is used or refreshed.
    access_token, refresh_token, pending_token : str
        For native clients only.
    """

    second_factor: Literal["required", "done"]
    expires_ns: TimeNs
    access_token: Token | None = None
    refresh_token: Token | None = None
    pending_token: Token | None = None


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator app needs, shown once."""

    secret: Annotated[str, msgspec.Meta(examples=["JBSWY3DPEHPK3PXP"], description="In base 32, to be typed.")]
    uri: Annotated[
        str,
        msgspec.Meta(
            examples=["otpauth://totp/ForexAI:ada%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=ForexAI"],
            description="The same for a QR code.",
        ),
    ]


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Codes that stand in for a lost phone, each once; shown once."""

    codes: Annotated[tuple[str, ...], msgspec.Meta(examples=[["0a1b2-c3d4e-5f607-18293"]])]


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions were ended."""

    sessions: Annotated[int, msgspec.Meta(examples=[3])]


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """One session."""

    id: UUID
    kind: Literal["browser", "native"]
    current: bool
    created_ns: TimeNs
    seen_ns: TimeNs
    agent: Annotated[str, msgspec.Meta(examples=["Mozilla/5.0 (X11; Linux x86_64)"])]
    address: Annotated[str, msgspec.Meta(examples=["192.0.2.7"])]


class SessionList(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions of a person that have not ended, the newest first."""

    items: tuple[SessionShown, ...]
