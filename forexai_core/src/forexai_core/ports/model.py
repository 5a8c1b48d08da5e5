"""Models: what learns from features and gives probabilities."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.ports.offers import Offer

__all__ = ["Learner", "Model", "ModelOffer"]

Floats = NDArray[np.float64]


@runtime_checkable
class Model(Protocol):
    """A trained model; it does not change."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns that it takes, in order."""
        ...

    @property
    def classes(self) -> tuple[int, ...]:
        """Labels in the order of the probabilities, such as ``(-1, 0, 1)``."""
        ...

    def predict(self, rows: Floats) -> Floats:
        """Give the probability of each class.

        Parameters
        ----------
        rows : (n, features) float64
            NaN where a feature is unknown.

        Returns
        -------
        (n, classes) float64
            Each row sums to 1 and depends on its own row only.

        Raises
        ------
        DataShapeError
            If the number of columns is not that of ``features``.
        """
        ...

    def dump(self) -> bytes:
        """Write the model as data: nothing that executes, so no pickle."""
        ...


@runtime_checkable
class Learner(Protocol):
    """A kind of model with its settings: it trains models and reads them back."""

    def fit(self, rows: Floats, labels: NDArray[np.int64], *, features: tuple[str, ...], seed: int) -> Model:
        """Train.

        Parameters
        ----------
        rows : (n, features) float64
            In the order of time.
        labels : (n,) int64
            Class of each row.
        features : tuple of str
            Names of the columns.
        seed : int
            The same rows, labels and seed give the same model.

        Raises
        ------
        DataShapeError
            If the shapes do not fit each other.
        """
        ...

    def load(self, data: bytes) -> Model:
        """Read what :meth:`Model.dump` wrote.

        Raises
        ------
        IntegrityError
            If the bytes are not such a model.
        """
        ...


@attrs.frozen(kw_only=True)
class ModelOffer(Offer[Learner]):
    """A kind of model.

    Attributes
    ----------
    classes : tuple of int
        Labels that it can learn; empty means any.
    """

    kind: ClassVar[str] = "model"

    classes: tuple[int, ...] = ()
