"""Reports: what turns a result into a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.ports.offers import Offer

__all__ = ["Report", "ReportOffer", "ReportableResult"]


@runtime_checkable
class ReportableResult(Protocol):
    """What a report may know of a result: the public face of ``forexai_core.backtesting.Result``."""

    @property
    def trades(self) -> NDArray[np.void]:
        """(trades,) TRADE."""
        ...

    @property
    def equity(self) -> NDArray[np.void]:
        """(rows,) EQUITY."""
        ...

    @property
    def metrics(self) -> Mapping[str, Any]:
        """By name; None where undefined."""
        ...

    @property
    def assumptions(self) -> Mapping[str, str]:
        """What the result rests on, each as a line for people: costs, clock, fills, data, seed."""
        ...

    @property
    def input_fingerprint(self) -> str:
        """Of data, settings, seed and engine; hex."""
        ...

    @property
    def result_fingerprint(self) -> str:
        """Of trades and equity; hex."""
        ...


@runtime_checkable
class Report(Protocol):
    """A kind of report with its settings."""

    def write(self, result: ReportableResult, path: Path) -> None:
        """Write the whole report, or leave what was at ``path`` as it was.

        Every report carries the assumptions and both fingerprints. Names and texts of a result are data:
        they never become markup, script or spreadsheet formulas.

        Raises
        ------
        ForexAIError
            If it cannot be written; the message names the path.
        """
        ...


@attrs.frozen(kw_only=True)
class ReportOffer(Offer[Report]):
    """A kind of report.

    Attributes
    ----------
    suffix : str
        Of the files that it writes, with its dot: ``.html``.
    """

    kind: ClassVar[str] = "report"

    suffix: str = attrs.field(validator=attrs.validators.matches_re(r"\.[a-z0-9]+"))
