"""The hook of commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.cli import CliOffer
from forexai_core.ports.markers import hookspec

__all__ = ["CliSpecs"]


class CliSpecs(Protocol):
    """The hook through which a plugin offers commands."""

    @hookspec
    def forexai_cli_offers(self) -> Sequence[CliOffer]:
        """Offer the commands that this plugin adds to ``forexai``.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        Asked at every start of the command line, so import nothing slow: typer and the rest belong into
        :meth:`Cli.add_to` and the commands.

        Returns
        -------
        Sequence[CliOffer]
            Each names its commands with one line of help; ``open`` gives what adds them.
        """
        ...
