"""How good probabilities of two outcomes are, beside what knowing nothing would give."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError

__all__ = ["Scores", "score_probabilities"]

Floats = NDArray[np.float64]

_EDGE = 1e-15  # a probability of 0 for what happened would cost infinity


@attrs.frozen(kw_only=True)
class Scores:
    """Figures of a forecast.

    Attributes
    ----------
    rows : int
        Forecasts that were looked at.
    share_up : float
        Share of rises among the outcomes.
    accuracy : float
        Share of forecasts on the right side of one half.
    auc : float or None
        Chance that a rise was given a higher probability than a fall; None where only one of them happened.
    log_loss, brier : float
        Mean of -log(p of what happened), and of (p - outcome)²; lower is better.
    base_accuracy, base_log_loss, base_brier : float
        The same of who always says ``share_up``: what a forecast has to beat.
    """

    rows: int
    share_up: float
    accuracy: float
    auc: float | None
    log_loss: float
    brier: float
    base_accuracy: float
    base_log_loss: float
    base_brier: float

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return attrs.asdict(self)


def score_probabilities(probability_up: Floats, side: NDArray[np.int64]) -> Scores:
    """Score probabilities of a rise.

    Parameters
    ----------
    probability_up : (n,) float64
        From 0 to 1.
    side : (n,) int64
        +1 it rose, -1 it fell.

    Raises
    ------
    DataShapeError
        If there are no rows, shapes differ, or a value is out of bounds.
    """
    if not len(side) or probability_up.shape != side.shape or not np.isin(side, (-1, 1)).all():
        raise DataShapeError(f"{probability_up.shape} probabilities do not fit {side.shape} sides of +1 and -1.")
    if not np.all((probability_up >= 0) & (probability_up <= 1)):
        raise DataShapeError("A probability lies outside 0 to 1, or is unknown.")
    up = side > 0
    share = float(np.mean(up))
    return Scores(
        rows=len(side),
        share_up=share,
        accuracy=float(np.mean((probability_up > 0.5) == up)),
        auc=_area_under_curve(probability_up, up),
        log_loss=_log_loss(probability_up, up),
        brier=float(np.mean((probability_up - up) ** 2)),
        base_accuracy=max(share, 1.0 - share),
        base_log_loss=_log_loss(np.full(len(up), share), up),
        base_brier=share * (1.0 - share),
    )


def _log_loss(probability: Floats, up: NDArray[np.bool_]) -> float:
    of_outcome = np.where(up, probability, 1.0 - probability)
    return float(-np.mean(np.log(np.clip(of_outcome, _EDGE, 1.0))))


def _area_under_curve(probability: Floats, up: NDArray[np.bool_]) -> float | None:
    """Give the Mann-Whitney statistic with average ranks on ties."""
    rises, falls = int(np.count_nonzero(up)), int(np.count_nonzero(~up))
    if not rises or not falls:
        return None
    _, place, counts = np.unique(probability, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    rank = (last - (counts - 1) / 2.0)[place]
    return float((rank[up].sum() - rises * (rises + 1) / 2.0) / (rises * falls))
