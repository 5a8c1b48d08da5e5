"""Programs: what the batch drive of the ledger runs for one symbol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import INTENT, MANAGEMENT
from forexai_core.engine.deciding.steps import Step
from forexai_core.errors import DataShapeError

__all__ = ["Program", "Wishes"]

Bytes = NDArray[np.uint8]


def _rows_of(dtype: np.dtype[Any]) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    def check(_program: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is not None and (value.dtype != dtype or value.ndim != 1 or not value.flags.c_contiguous):
            raise DataShapeError(
                f"Program: {attribute.name} must be a contiguous array of one dimension of {dtype.names}."
            )

    return check


def _one_row(_program: Any, _attribute: Any, value: NDArray[np.void]) -> None:
    if value.shape != (1,):
        raise DataShapeError(f"Program: management must be one record, of shape (1,), not {value.shape}.")


@attrs.frozen(eq=False)
class Wishes:
    """The rows at which a strategy wants anything; on all others it wants nothing.

    Attributes
    ----------
    rows : (n,) INTENT
        What is wanted.
    decisions : (n,) int64
        At the close of which bars, ascending.
    bars : int
        How many bars there are.
    """

    rows: NDArray[np.void] = attrs.field(validator=_rows_of(INTENT))
    decisions: NDArray[np.int64]
    bars: int

    @classmethod
    def of(cls, rows: NDArray[np.void]) -> Wishes:
        """Pick them out of one row a bar."""
        wanted = np.flatnonzero((rows["entry"] != 0) | (rows["exit"] != 0))
        return cls(rows[wanted], wanted, len(rows))

    def every_bar(self) -> NDArray[np.void]:
        """Lay them out as one row a bar: (bars,) INTENT."""
        rows = np.zeros(self.bars, INTENT)
        rows[self.decisions] = self.rows
        return rows

    def after(self, warmup: int) -> Wishes:
        """Leave out those of the first bars."""
        first = int(np.searchsorted(self.decisions, warmup))
        return self if first == 0 else attrs.evolve(self, rows=self.rows[first:], decisions=self.decisions[first:])


@attrs.frozen(kw_only=True, eq=False)
class Program:
    """What the batch drive runs for one symbol: wishes made beforehand, or a compiled step, or both.

    Attributes
    ----------
    wishes : Wishes or None
        What is wanted, and at the close of which bars.
    management : (1,) MANAGEMENT
        How the positions that intents open are sized and looked after.
    step : callable or None
        A first-class function of :data:`STEP_SIGNATURE`, called at the close of each bar.
    state : (n,) uint8 or None
        Bytes of the step's state at the start. A run works on a copy.
    params : (n,) uint8 or None
        Bytes of the step's parameters.
    warmup : int
        Leading bars on which nothing is wanted.
    """

    wishes: Wishes | None = None
    management: NDArray[np.void] = attrs.field(
        factory=lambda: np.zeros(1, MANAGEMENT), validator=[_rows_of(MANAGEMENT), _one_row]
    )
    step: Step | None = None
    state: Bytes | None = attrs.field(default=None, validator=_rows_of(np.dtype(np.uint8)))
    params: Bytes | None = attrs.field(default=None, validator=_rows_of(np.dtype(np.uint8)))
    warmup: int = attrs.field(default=0, validator=attrs.validators.ge(0))
