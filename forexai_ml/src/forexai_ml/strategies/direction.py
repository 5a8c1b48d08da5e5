"""Trading the forecasts of a direction model."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

import attrs
import numpy as np

from forexai_core.strategies import Intents, Param, Template
from forexai_core.values.bars import Bars
from forexai_ml.models.direction import DirectionModel

__all__ = ["MlDirection", "SeenBars"]


class SeenBars(StrEnum):
    """What to do about bars that the model has learned from."""

    REFUSE = "refuse"
    """An error: a backtest over them proves nothing."""
    WARM_UP = "warm-up"
    """Look at them, so that features are warm when new ones begin, and trade on none."""
    TRADE = "trade"
    """Trade on them, knowing that the result is hindsight."""


class MlDirection(Template):
    """Buy when a trained model gives a rise at least the probability asked for, sell when it gives a fall that much.

    The model is one that forexai_ml trained on bars that ended before those it trades on. A position is closed when the
    opposite is signalled, when its stop or target is hit, or after the bars that the model looks ahead.
    """

    title: ClassVar[str] = "Direction model"
    tags: ClassVar[frozenset[str]] = frozenset({"machine learning"})

    model: str = Param(description="File of a direction model that was trained and saved.")
    threshold: float = Param(0.55, ge=0.5, lt=1, description="Probability from which a direction is taken.")
    seen_bars: SeenBars = Param(
        SeenBars.REFUSE, description="Bars that the model has learned from: refuse, warm-up only, or trade."
    )

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        _ = self._loaded  # a model that is missing or was changed is refused before anything runs

    @cached_property
    def _loaded(self) -> DirectionModel:
        return DirectionModel.open(self.model)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters, and which model stands behind the file's name."""
        return MappingProxyType({**super().parameters, "model_fingerprint": self._loaded.fingerprint})

    @property
    def trained(self) -> DirectionModel:
        """The model."""
        return self._loaded

    @property
    def warmup(self) -> int:
        """Bars before every feature is known."""
        return self._loaded.features.warmup

    def intents(self, bars: Bars) -> Intents:
        """Take a side where the model is sure enough.

        Raises
        ------
        DataError
            If the model has learned from some of the bars, unless that is allowed.
        ConfigError
            If the bars are of another symbol or timeframe.
        """
        model = self._loaded
        if self.seen_bars is SeenBars.REFUSE:
            model.refuse_seen(
                bars,
                remedy="Begin the backtest later, or set seen_bars='warm-up' to look at them without trading.",
            )
        up = model.probability_up(bars)
        # Unknown is neither side; at one half exactly neither is the likelier one.
        entry = ((up >= self.threshold) & (up > 0.5)).astype(np.int8)
        entry -= ((1.0 - up >= self.threshold) & (up < 0.5)).astype(np.int8)
        if self.seen_bars is not SeenBars.TRADE:
            entry[: model.first_unseen(bars)] = 0
        wishes = self.wishes(bars, entry)
        if self.max_bars is None:
            wishes.management = attrs.evolve(wishes.management, max_bars=model.horizon)
        return wishes
