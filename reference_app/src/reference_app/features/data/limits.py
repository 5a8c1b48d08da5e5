"""How large an uploaded file may be."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from forexai_saas.plans import Plan

__all__ = ["LARGEST_UPLOAD", "UPLOAD_MIB", "largest_upload"]

_MIB = 1 << 20

UPLOAD_MIB: Mapping[str, int] = MappingProxyType({"free": 8, "pro": 24, "premium": 48, "enterprise": 96})
"""MiB of one file as it is sent, by plan; packed files count as they are sent. Unpacked, sixteen times as much."""

LARGEST_UPLOAD = max(UPLOAD_MIB.values()) * _MIB
"""What no plan exceeds, bytes."""


def largest_upload(plan: Plan) -> int:
    """Give the limit of a plan, bytes; that of the smallest where the table does not know it."""
    return UPLOAD_MIB.get(plan.name, min(UPLOAD_MIB.values())) * _MIB
