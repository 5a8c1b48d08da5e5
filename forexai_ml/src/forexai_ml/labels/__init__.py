"""Labels: what really happened after a bar, and when it was known."""

from __future__ import annotations

from forexai_ml.labels.horizon import HorizonLabels, horizon_labels

__all__ = ["HorizonLabels", "horizon_labels"]
