"""Folds with purge and embargo, after M. López de Prado, Advances in Financial Machine Learning, 2018, chapter 7."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError, DataShapeError

__all__ = ["Fold", "purged_folds"]

Times = NDArray[np.int64]


@attrs.frozen(eq=False)
class Fold:
    """Rows to learn from, and rows to be tested on.

    Attributes
    ----------
    train, test : (n,) int64
        Positions, ascending. No label of one is known only by prices of the other.
    """

    train: Times
    test: Times


def purged_folds(decided_ns: Times, known_ns: Times, *, folds: int, embargo: int) -> tuple[Fold, ...]:
    """Cut a history into folds; each is tested once and trained on what does not touch it.

    Parameters
    ----------
    decided_ns, known_ns : (rows,) int64
        When each row's decision was made, ascending, and when its label was known.
    folds : int
        How many, 2 or more.
    embargo : int
        Rows after a test part that are left out as well, since their features still look back into it.

    Returns
    -------
    tuple of Fold
        In the order of time. Purge: of the training rows, those are left out whose time from decision to label
        overlaps that of any test row.

    Raises
    ------
    ConfigError
        If there are fewer than 2 folds, the embargo is negative, or a fold would be left without rows.
    DataShapeError
        If the times do not fit each other.
    """
    rows = len(decided_ns)
    if decided_ns.shape != known_ns.shape or np.any(np.diff(decided_ns) < 0) or np.any(known_ns < decided_ns):
        raise DataShapeError("Decisions must be in order of time, and each label known after its decision.")
    if folds < 2 or embargo < 0:
        raise ConfigError(f"folds={folds} and embargo={embargo}: give 2 folds or more, and an embargo of 0 or more.")
    every = np.arange(rows)
    made = []
    for test in np.array_split(every, folds):
        if not len(test):
            raise ConfigError(f"{rows} labelled rows are too few for {folds} folds. Give more bars, or fewer folds.")
        begins, ends = int(decided_ns[test[0]]), int(known_ns[test].max())
        touches = (known_ns > begins) & (decided_ns < ends)
        # The embargo begins where the last label of the test part is known, not at its last decision.
        after = int(np.searchsorted(decided_ns, ends))
        touches[after : after + embargo] = True
        touches[test] = True
        train = every[~touches]
        if not len(train):
            raise ConfigError(f"Purge and embargo leave nothing to learn from in {rows} rows and {folds} folds.")
        made.append(Fold(train, test))
    return tuple(made)
