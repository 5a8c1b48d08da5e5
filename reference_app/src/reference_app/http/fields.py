"""Fields that many requests share, with examples for the description of the API."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar.params import QueryParameter

__all__ = [
    "Code",
    "Cursor",
    "CursorAsked",
    "Email",
    "Language",
    "LimitAsked",
    "Name",
    "Password",
    "RoleName",
    "TimeNs",
    "Token",
]

Email = Annotated[str, msgspec.Meta(max_length=254, examples=["ada@example.org"], description="A mail address.")]
Password = Annotated[
    str, msgspec.Meta(max_length=1024, examples=["nine brown otters"], description="8 to 256 characters.")
]
Name = Annotated[str, msgspec.Meta(max_length=200, examples=["Ada Lovelace"])]
Language = Annotated[Literal["en", "id"], msgspec.Meta(examples=["en"], description="Of mails and pages.")]
Token = Annotated[
    str,
    msgspec.Meta(
        max_length=256, examples=["9f2cPq0x1J4u7a3Vd5e6bQ8wK1mZ2nY3tR4sX5oL6pI"], description="As it was sent."
    ),
]
Code = Annotated[
    str, msgspec.Meta(max_length=64, examples=["492039"], description="Of the authenticator app, or a recovery code.")
]
RoleName = Annotated[Literal["owner", "admin", "trader", "viewer"], msgspec.Meta(examples=["trader"])]
TimeNs = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^-?\d+$",
        examples=["1767225600000000000"],
        description="Nanoseconds UTC since 1970, as text: a JSON number would lose digits in a browser.",
    ),
]
Cursor = Annotated[str, msgspec.Meta(max_length=64, examples=["AZtZ-yRIfMCVhyQ5Zl1vPA"])]
CursorAsked = Annotated[
    str | None, QueryParameter(max_length=64, description="The `next_cursor` of the page before; none for the first.")
]
LimitAsked = Annotated[int, QueryParameter(ge=1, le=200, description="How many rows at most.")]
