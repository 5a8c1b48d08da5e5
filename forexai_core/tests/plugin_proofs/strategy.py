"""A broken strategy for each rule of strategies."""

from __future__ import annotations

BROKEN = {}
