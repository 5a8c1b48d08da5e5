"""From where a request comes, as far as the application's own proxies vouch for it."""

from __future__ import annotations

import ipaddress
from typing import Any

from litestar.connection import ASGIConnection

from forexai_saas.accounts.sessions import Client
from reference_app.settings import AppSettings

__all__ = ["address_of", "client_of"]


def address_of(connection: ASGIConnection[Any, Any, Any, Any], settings: AppSettings) -> str:
    """Give the network address of whoever asks.

    Each proxy adds the address that it saw to the end of ``X-Forwarded-For``. Read from there, what our own proxies
    wrote counts, and the first address that is none of theirs is the client's; whatever stands before it, the client
    may have written itself.
    """
    peer = connection.client.host if connection.client else ""
    if not settings.behind_tls:
        return peer
    chain = [part.strip() for part in ",".join(connection.headers.getall("x-forwarded-for", [])).split(",")]
    for seen in reversed([*(part for part in chain if part), peer]):
        if not _is_ours(seen, settings):
            return seen
    return peer


def client_of(connection: ASGIConnection[Any, Any, Any, Any], settings: AppSettings, *, native: bool = False) -> Client:
    """Describe whoever asks, for their list of sessions and for limits of attempts."""
    agent = connection.headers.get("user-agent", "")
    return Client(address=address_of(connection, settings), agent=agent, native=native)


def _is_ours(address: str, settings: AppSettings) -> bool:
    try:
        there = ipaddress.ip_address(address)
    except ValueError:
        return False
    there = getattr(there, "ipv4_mapped", None) or there
    return any(there in ipaddress.ip_network(network) for network in settings.proxies)
