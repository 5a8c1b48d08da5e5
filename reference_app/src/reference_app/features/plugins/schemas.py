"""What is told about plugins."""

from __future__ import annotations

import msgspec

__all__ = ["Offered", "PluginList"]


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a plugin offers.

    Attributes
    ----------
    kind, name, title, summary : str
        What it is.
    plugin, distribution, version : str
        Who offers it.
    tier : str
        What a user needs for it: ``free``, ``key`` or ``paid``.
    asset_classes : tuple of str
        Markets it knows; empty means any.
    """

    kind: str
    name: str
    title: str
    summary: str
    plugin: str
    distribution: str
    version: str
    tier: str
    asset_classes: tuple[str, ...]


class PluginList(msgspec.Struct, frozen=True, kw_only=True):
    """What plugins offer.

    Attributes
    ----------
    items : tuple of Offered
        By kind, then by name.
    problems : int
        Findings that keep a plugin, or a part of one, from being used; the operator's log names them.
    """

    items: tuple[Offered, ...]
    problems: int
