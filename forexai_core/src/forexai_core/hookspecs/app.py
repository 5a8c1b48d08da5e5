"""The hook of parts of the application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.app import AppOffer
from forexai_core.ports.markers import hookspec

__all__ = ["AppSpecs"]


class AppSpecs(Protocol):
    """The hook through which a plugin offers parts of the application."""

    @hookspec
    def forexai_app_offers(self) -> Sequence[AppOffer]:
        """Offer what this plugin brings to the application.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        Asked once, when the application is assembled. Import no web framework and no database here.

        Returns
        -------
        Sequence[AppOffer]
            Each with the prefix of its names; ``open`` gives routes, tables, migrations, jobs and permissions.
        """
        ...
