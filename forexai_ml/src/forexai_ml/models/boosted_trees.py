"""LightGBM as a kind of model: deterministic, on one thread, stored as LightGBM's own text."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError, IntegrityError
from forexai_ml.models.documents import read_document, write_document
from forexai_ml.settings import LightGbmSettings

if TYPE_CHECKING:
    import lightgbm

__all__ = ["BoostedTrees", "BoostedTreesLearner"]

Floats = NDArray[np.float64]

_KIND, _VERSION = "forexai-lightgbm", 1
_SEEDS = 2**31


@attrs.frozen(kw_only=True, eq=False)
class BoostedTrees:
    """A trained model; see :class:`forexai_core.ports.model.Model`.

    Attributes
    ----------
    features : tuple of str
        Columns, in order.
    classes : tuple of int
        Labels, ascending, in the order of the probabilities.
    text : str
        The trees, as LightGBM writes them.
    """

    features: tuple[str, ...]
    classes: tuple[int, ...]
    text: str = attrs.field(repr=False)

    @cached_property
    def _booster(self) -> lightgbm.Booster:
        # Slow to load, and not needed by who only looks at a model.
        import lightgbm

        try:
            booster = lightgbm.Booster(model_str=self.text)
            columns, outputs = booster.num_feature(), booster.num_model_per_iteration()
        except (lightgbm.basic.LightGBMError, ValueError) as problem:
            raise IntegrityError(f"LightGBM cannot read the trees of the model: {problem}") from problem
        if columns != len(self.features) or outputs != (1 if len(self.classes) == 2 else len(self.classes)):
            raise IntegrityError(
                f"The trees take {columns} columns and give {outputs} scores; the model names {len(self.features)} "
                f"features and {len(self.classes)} classes. Train it again."
            )
        return booster

    def predict(self, rows: Floats) -> Floats:
        """Give the probability of each class, row by row."""
        if rows.ndim != 2 or rows.shape[1] != len(self.features):
            raise DataShapeError(
                f"The model takes {len(self.features)} columns ({', '.join(self.features)}); the rows have the shape "
                f"{rows.shape}."
            )
        if not len(rows):
            return np.empty((0, len(self.classes)))
        # One thread: what a machine with more cores adds in another order would differ in the last bit.
        scores = np.asarray(self._booster.predict(rows, num_threads=1), np.float64)
        return np.column_stack([1.0 - scores, scores]) if len(self.classes) == 2 else scores

    def importance(self) -> dict[str, float]:
        """Give by how much each feature lowered the loss in training, as shares that sum to 1."""
        gains = np.asarray(self._booster.feature_importance("gain"), np.float64)
        total = float(gains.sum()) or 1.0
        return {name: float(gain) / total for name, gain in zip(self.features, gains, strict=True)}

    def dump(self) -> bytes:
        """Write the model as JSON under its checksum."""
        return write_document(_KIND, _VERSION, self.to_json())

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"features": list(self.features), "classes": list(self.classes), "trees": self.text}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """Take what :meth:`to_json` gave, and let LightGBM read it.

        Raises
        ------
        IntegrityError
            If it is no such model.
        """
        try:
            features, classes, text = plain["features"], plain["classes"], plain["trees"]
            sound = all(isinstance(each, str) for each in (*features, text)) and all(
                isinstance(each, int) for each in classes
            )
        except (KeyError, TypeError) as problem:
            raise IntegrityError(f"The document holds no boosted trees: {problem}.") from problem
        if not sound or len(classes) < 2:
            raise IntegrityError("The document holds no boosted trees: names, labels and trees are not what they are.")
        model = cls(features=tuple(features), classes=tuple(classes), text=text)
        _ = model._booster  # whatever is wrong with it is said when it is loaded, not in the middle of a session
        return model


class BoostedTreesLearner:
    """Trains LightGBM models and reads them back.

    Parameters
    ----------
    settings : LightGbmSettings
        Hyperparameters.
    """

    def __init__(self, settings: LightGbmSettings | None = None) -> None:
        self._settings = settings or LightGbmSettings()

    def fit(self, rows: Floats, labels: NDArray[np.int64], *, features: tuple[str, ...], seed: int) -> BoostedTrees:
        """Train; the same rows, labels and seed give the same model.

        Raises
        ------
        DataShapeError
            If the shapes do not fit each other, a value is infinite, or only one label occurs.
        """
        if rows.ndim != 2 or rows.shape != (len(labels), len(features)) or labels.ndim != 1:
            raise DataShapeError(
                f"Rows of shape {rows.shape} do not fit {labels.shape} labels and {len(features)} features."
            )
        if np.isinf(rows).any():
            column = int(np.flatnonzero(np.isinf(rows).any(axis=0))[0])
            raise DataShapeError(f"Feature '{features[column]}' is infinite in some row; NaN means unknown.")
        classes, positions = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise DataShapeError(f"{len(labels)} rows hold {len(classes)} kinds of label; two at least can be learned.")
        # Slow to load, and only who trains needs it.
        import lightgbm

        data = lightgbm.Dataset(
            rows.copy(),  # it may write into what it is given
            label=positions.astype(np.float64),
            # Names go into the document; LightGBM's own may not hold every character.
            feature_name=[f"f{column}" for column in range(len(features))],
            params={"verbosity": -1},
        )
        booster = lightgbm.train(self._parameters(len(classes), seed), data, num_boost_round=self._settings.trees)
        return BoostedTrees(
            features=tuple(features), classes=tuple(int(each) for each in classes), text=booster.model_to_string()
        )

    def load(self, data: bytes) -> BoostedTrees:
        """Read what :meth:`BoostedTrees.dump` wrote.

        Raises
        ------
        IntegrityError
            If the bytes are not such a model, or were changed.
        """
        return BoostedTrees.from_json(read_document(data, kind=_KIND, version=_VERSION))

    def _parameters(self, classes: int, seed: int) -> dict[str, Any]:
        chosen = self._settings
        several = {"objective": "multiclass", "num_class": classes}
        return {
            **({"objective": "binary"} if classes == 2 else several),
            "learning_rate": chosen.learning_rate,
            "num_leaves": chosen.leaves,
            "min_data_in_leaf": chosen.least_rows,
            "bagging_fraction": chosen.row_share,
            "bagging_freq": 1,
            "feature_fraction": chosen.feature_share,
            "lambda_l2": chosen.ridge,
            "seed": seed % _SEEDS,
            # Sums in one order, whatever the machine.
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }
