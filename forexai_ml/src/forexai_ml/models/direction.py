"""A direction model: boosted trees, the features they see, and everything that tells where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.files import write_whole
from forexai_core.errors import ConfigError, DataError, IntegrityError
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.timeframes import Timeframe
from forexai_ml.features.feature_sets import FeatureSet
from forexai_ml.models.boosted_trees import BoostedTrees
from forexai_ml.models.documents import digest_of, read_document, write_document
from forexai_ml.validation.scores import Scores

__all__ = ["DirectionModel"]

Floats = NDArray[np.float64]

_KIND, _VERSION = "forexai-direction", 1


def _read_only(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(value))


def _timeframe(value: str | Timeframe) -> Timeframe:
    return Timeframe.of(value)


@attrs.frozen(kw_only=True, eq=False)
class DirectionModel:
    """Gives the probability that the price rises over the next bars.

    Attributes
    ----------
    trees : BoostedTrees
        Classes -1 and +1.
    features : FeatureSet
        What they see.
    horizon : int
        Bars ahead.
    symbol : str
        What it learned on.
    timeframe : Timeframe
        Of the bars.
    first_ns, seen_until_ns : int
        When the bars began, and when the last one ended: nothing before that is new to the model.
    bars : int
        How many.
    data_fingerprint : str
        Of the bars.
    seed : int
        Of the training.
    settings : mapping
        Hyperparameters.
    scores : Scores
        Of forecasts for rows that the forecaster had not seen, by purged folds.
    validation : mapping
        How those were made: ``folds`` and ``embargo``.
    """

    trees: BoostedTrees
    features: FeatureSet
    horizon: int
    symbol: str
    timeframe: Timeframe = attrs.field(converter=_timeframe)
    first_ns: int
    seen_until_ns: int
    bars: int
    data_fingerprint: str
    seed: int
    settings: Mapping[str, Any] = attrs.field(converter=_read_only)
    scores: Scores
    validation: Mapping[str, Any] = attrs.field(converter=_read_only)

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self  # it never changes, and its trees are large

    @property
    def name(self) -> str:
        """Name for people."""
        return f"direction of {self.symbol} {self.timeframe} over {self.horizon} bars"

    @cached_property
    def fingerprint(self) -> str:
        """Hex digest of everything in it."""
        return digest_of(self._document)

    @cached_property
    def _document(self) -> bytes:
        return write_document(_KIND, _VERSION, self._body())

    def probability_up(self, bars: Bars) -> Floats:
        """Give the probability of a rise at the close of each bar.

        Parameters
        ----------
        bars : Bars
            Of the model's symbol and timeframe.

        Returns
        -------
        (bars,) float64
            NaN while a feature is still warming up. Row i rests on bars up to i only.

        Raises
        ------
        ConfigError
            If the bars are of another symbol or timeframe.
        """
        if (bars.symbol, bars.timeframe) != (self.symbol, self.timeframe):
            raise ConfigError(
                f"The model learned {self.symbol} {self.timeframe}; these bars are {bars.symbol} {bars.timeframe}. "
                "Train one for them."
            )
        out = np.full(len(bars), np.nan)
        if len(bars) > self.features.warmup:
            rows = self.features.batch(bars)[self.features.warmup :]
            out[self.features.warmup :] = self.trees.predict(rows)[:, 1]
        return out

    def first_unseen(self, bars: Bars) -> int:
        """Give the position of the first bar that opens after everything that the model has learned from."""
        return int(np.searchsorted(bars.time_ns, self.seen_until_ns))

    def refuse_seen(self, bars: Bars, *, remedy: str) -> None:
        """Refuse bars that the model has learned from.

        Raises
        ------
        DataError
            If there are any; the message says from when on bars are new to it, and the remedy.
        """
        seen = self.first_unseen(bars)
        if seen:
            raise DataError(
                f"The model {self.name} has learned from prices until {format_time_ns(self.seen_until_ns)}; "
                f"{seen:,} of {len(bars):,} bars, from {format_time_ns(int(bars.time_ns[0]))} on, open before that. "
                f"Its forecasts there would be hindsight. {remedy}"
            )

    def dump(self) -> bytes:
        """Write it as JSON under its checksum; nothing in it executes."""
        return self._document

    def save(self, path: str | Path) -> Path:
        """Write it into a file, wholly or not at all.

        Raises
        ------
        StorageError
            If it could not be written.
        """
        write_whole(Path(path), self.dump())
        return Path(path)

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Read what :meth:`dump` wrote.

        Raises
        ------
        IntegrityError
            If it is something else, or was changed.
        """
        body = read_document(data, kind=_KIND, version=_VERSION)
        try:
            given = dict(body)
            model = cls(
                trees=BoostedTrees.from_json(given.pop("trees")),
                features=FeatureSet.from_json(given.pop("features")),
                scores=Scores(**given.pop("scores")),
                **given,
            )
        except (KeyError, TypeError, ConfigError) as problem:
            raise IntegrityError(f"The document holds no direction model: {problem}") from problem
        if model.trees.features != model.features.names or model.trees.classes != (-1, 1):
            raise IntegrityError("The document's trees do not fit its features or directions. Train the model again.")
        return model

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Read the file of a model.

        Raises
        ------
        ConfigError
            If it cannot be read.
        IntegrityError
            If it is no such model, or was changed.
        """
        try:
            data = Path(path).read_bytes()
        except OSError as problem:
            raise ConfigError(
                f"The model '{path}' cannot be read: {problem.strerror or problem}; looked from {Path.cwd()}. "
                "train_direction(bars).save(path) makes one."
            ) from problem
        try:
            return cls.load(data)
        except IntegrityError as problem:
            raise IntegrityError(f"{path}: {problem}") from problem

    def _body(self) -> dict[str, Any]:
        return {
            "trees": self.trees.to_json(),
            "features": self.features.to_json(),
            "horizon": self.horizon,
            "symbol": self.symbol,
            "timeframe": self.timeframe.value,
            "first_ns": self.first_ns,
            "seen_until_ns": self.seen_until_ns,
            "bars": self.bars,
            "data_fingerprint": self.data_fingerprint,
            "seed": self.seed,
            "settings": dict(self.settings),
            "scores": self.scores.to_json(),
            "validation": dict(self.validation),
        }
