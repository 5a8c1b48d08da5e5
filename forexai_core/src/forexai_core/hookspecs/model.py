"""The hook of models that learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.markers import hookspec
from forexai_core.ports.model import ModelOffer

__all__ = ["ModelSpecs"]


class ModelSpecs(Protocol):
    """The hook through which a plugin offers models that learn."""

    @hookspec
    def forexai_model_offers(self) -> Sequence[ModelOffer]:
        """Offer the kinds of model that this plugin can train.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        Import no learning library here: ``open`` does.

        Returns
        -------
        Sequence[ModelOffer]
            Each a name, a settings model that holds the hyperparameters, and ``open(settings, services)``.
        """
        ...
