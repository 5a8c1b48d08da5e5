"""Headers of every answer, of whatever answers."""

from __future__ import annotations

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

__all__ = ["SECURITY_HEADERS", "add_security_headers"]

SECURITY_HEADERS = {
    # Nothing is loaded from anywhere else, and no other page may frame this one.
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
"""For pages, the API and refusals alike."""


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Add them to an answer that is about to be sent."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in SECURITY_HEADERS.items():
            headers[name] = value
        headers.setdefault("Cache-Control", _kept(scope["path"]))


def _kept(path: str) -> str:
    """Say who may keep an answer: built files, whose names change with what is in them, and nothing about people."""
    if path.startswith("/assets/"):
        return "public, max-age=31536000, immutable"
    return "no-store" if path.startswith("/api/") else "no-cache"
