"""The services as they come with the core: files, memory and SQLite, for one person or one server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forexai_core.services.assembly import default_home, embedded_services

__all__ = ["default_home", "embedded_services"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    # Loads asyncio and SQLite: whoever needs the ledger of trials alone does without.
    from forexai_core.services import assembly

    return getattr(assembly, name)
