"""Hyperparameters of the models."""

from __future__ import annotations

from pydantic import Field

from forexai_core.ports.settings import Settings

__all__ = ["LightGbmSettings"]


class LightGbmSettings(Settings):
    """How LightGBM grows its trees. The defaults are small on purpose: prices are mostly noise."""

    trees: int = Field(default=120, ge=1, le=10_000)
    """Boosting rounds."""
    learning_rate: float = Field(default=0.03, gt=0, le=1, allow_inf_nan=False)
    """What each tree adds."""
    leaves: int = Field(default=15, ge=2, le=4_096)
    """Most leaves of a tree."""
    least_rows: int = Field(default=20, ge=1, le=1_000_000)
    """Fewest rows in a leaf."""
    row_share: float = Field(default=0.8, gt=0, le=1, allow_inf_nan=False)
    """Share of the rows that each tree is grown on, drawn by the seed."""
    feature_share: float = Field(default=0.8, gt=0, le=1, allow_inf_nan=False)
    """Share of the features that each tree may use, drawn by the seed."""
    ridge: float = Field(default=1.0, ge=0, le=1e6, allow_inf_nan=False)
    """Weight of the L2 penalty."""
