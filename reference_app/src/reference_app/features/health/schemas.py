"""What is told about health."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Health", "Readiness"]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the platform is.

    Attributes
    ----------
    status : str
        ``ok``; ``degraded`` while a plugin, or a part of one, cannot be used.
    version : str
        Of the application.
    plugins : int
        How many were found and could be asked.
    uptime_s : float
        Seconds since the start.
    """

    status: Literal["ok", "degraded"]
    version: str
    plugins: int
    uptime_s: float


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether requests can be answered.

    Attributes
    ----------
    ready : bool
        Whether the database answers.
    """

    ready: bool
