"""Commands that a plugin adds to ``forexai``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.offers import Offer

__all__ = ["Cli", "CliOffer"]


@runtime_checkable
class Cli(Protocol):
    """Commands to be added."""

    def add_to(self, app: Any) -> None:
        """Add the commands to a ``typer.Typer``.

        Typer, and whatever the commands need, is imported here or in the commands: opening the offer must
        not slow down the other commands.
        """
        ...


def _read_only(value: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(value))


@attrs.frozen(kw_only=True)
class CliOffer(Offer[Cli]):
    """Commands of a plugin.

    Attributes
    ----------
    commands : mapping of str to str
        Each command or group at the top of ``forexai``, and its one line of help.
    """

    kind: ClassVar[str] = "cli"

    commands: Mapping[str, str] = attrs.field(factory=dict, converter=_read_only)
