"""The hook of reports of a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.markers import hookspec
from forexai_core.ports.report import ReportOffer

__all__ = ["ReportSpecs"]


class ReportSpecs(Protocol):
    """The hook through which a plugin offers reports of a result."""

    @hookspec
    def forexai_report_offers(self) -> Sequence[ReportOffer]:
        """Offer the reports that this plugin can write.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        ``result.report(path)`` takes the report of the path's suffix; two reports of one suffix are told apart by
        name.

        Returns
        -------
        Sequence[ReportOffer]
            Each with the suffix of its files.
        """
        ...
