"""Asking for updates: at the one address that a person has set, and only there."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from forexai_core.errors import BrokerUnreachableError, ConfigError
from forexai_core.services.disk import Disk, storing
from forexai_mt5.desktop.updates import (
    LARGEST_MANIFEST,
    Manifest,
    Seen,
    UpdateRefusedError,
    check,
    release_keys,
    utc_now,
)

__all__ = ["SEEN_FILE", "UpdateCheck", "fetch"]

SEEN_FILE = "updates.json"
"""In the connector's folder: the newest manifest that was believed."""


def fetch(address: str, *, timeout_s: float = 15.0, context: ssl.SSLContext | None = None) -> bytes:
    """Fetch a manifest over https; a redirect is not followed, and what is too large not read.

    Raises
    ------
    ConfigError
        If the address is none of https.
    BrokerUnreachableError
        If there is no answer, or another one than a file.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise ConfigError("Updates are asked for at an address that begins with https://, without a user.")
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPSConnection(
        parts.hostname, parts.port, timeout=timeout_s, context=context or ssl.create_default_context()
    )
    try:
        connection.request("GET", target or "/", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        content = answer.read(LARGEST_MANIFEST + 1)
    except (OSError, http.client.HTTPException) as problem:
        raise BrokerUnreachableError(f"{parts.hostname} does not answer: {problem}.") from None
    finally:
        connection.close()
    if answer.status != 200:
        raise BrokerUnreachableError(f"{parts.hostname} answers {answer.status}, without a manifest.")
    return content


class UpdateCheck:
    """Asks, checks, and remembers what was believed.

    Parameters
    ----------
    folder : Path
        Of the connector.
    running : str
        The version that runs.
    fetch : callable
        ``fetch(address)`` gives bytes.
    keys : callable
        Gives the public keys.
    now : callable
        Gives the time.
    """

    def __init__(
        self,
        folder: Path,
        running: str,
        *,
        fetch: Callable[[str], bytes] = fetch,
        keys: Callable[[], tuple[bytes, ...]] = release_keys,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._file, self._running = folder / SEEN_FILE, running
        self._fetch, self._keys, self._now = fetch, keys, now

    def ask(self, address: str) -> Manifest | None:
        """Ask for what is newer; None where what runs is the newest.

        Raises
        ------
        UpdateRefusedError
            If the manifest is not believed.
        ForexAIError
            If it cannot be had.
        """
        content, seen = self._fetch(address), self._seen()
        newer = check(content, keys=self._keys(), running=self._running, now=self._now(), seen=seen)
        if newer is not None:
            self._remember(newer)
        return newer

    def _seen(self) -> Seen | None:
        with storing(f"Reading {self._file}"):
            try:
                text = self._file.read_text(encoding="utf-8")
            except FileNotFoundError:
                return None
        try:
            kept = json.loads(text)
            return Seen(str(kept["version"]), datetime.fromisoformat(kept["issued"]))
        except (ValueError, KeyError, TypeError):
            raise UpdateRefusedError(
                "older", f"{self._file} is damaged: look at what was seen, and delete it."
            ) from None

    def _remember(self, manifest: Manifest) -> None:
        kept = {"version": manifest.version, "issued": manifest.issued.isoformat()}
        with storing(f"Writing {self._file}"):
            Disk().make_folder(self._file.parent)
            Disk().replace(self._file, json.dumps(kept).encode())
