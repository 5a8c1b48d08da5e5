"""The marks that tie hooks to their specifications, and the version of the contract between them."""

from __future__ import annotations

from typing import Final

import pluggy

__all__ = ["API_VERSION", "HOOKS", "KINDS", "PROJECT", "hookimpl", "hookspec"]

PROJECT: Final = "forexai"
"""Name of the project in pluggy, and of the entry-point group of plugins."""

API_VERSION: Final = 1
"""Version of the contract between the core and its plugins. Each offer states the one it was written for."""

KINDS: Final = (
    "strategy",
    "broker",
    "data",
    "risk",
    "billing",
    "indicator",
    "model",
    "advisor",
    "notifier",
    "report",
    "cli",
    "app",
)
"""The kinds of things that a plugin can offer."""

HOOKS: Final = {kind: f"forexai_{kind}_offers" for kind in KINDS}
"""The hook of each kind."""

hookspec = pluggy.HookspecMarker(PROJECT)
"""Marks a method as the specification of a hook."""

hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a plugin's method as its answer to a hook."""
