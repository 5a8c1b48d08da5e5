"""By which name the runtime knows an account of a tenant."""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

__all__ = ["session_name"]

_BYTES = 15
"""Of which base32 makes 24 characters: the most that an account's name may have, since it stands in the id of each
order. 120 bits of a hash, so that no two accounts ever share one."""


def session_name(tenant_id: UUID, account_id: UUID) -> str:
    """Name the session of an account: its lease, its journal and its orders.

    It follows from the tenant and the account alone. So every process names it alike, whoever knows an account's key
    but works for another tenant names another session, and no name tells whose it is. Lower case and digits are told
    apart by every file system.
    """
    digest = hashlib.sha256(b"forexai account session\n" + tenant_id.bytes + account_id.bytes).digest()
    return base64.b32encode(digest[:_BYTES]).decode().lower()
