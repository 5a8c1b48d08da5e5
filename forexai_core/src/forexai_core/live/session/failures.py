"""What fails while a session runs, said so that a person finds the place."""

from __future__ import annotations

import traceback

from forexai_core.errors import ForexAIError

__all__ = ["StrategyFailedError", "told"]


class StrategyFailedError(ForexAIError):
    """A strategy raised while it was asked; its cause is what it raised."""


def told(problem: BaseException) -> str:
    """Say what failed, and where: the line of the innermost call."""
    notes = "".join(f" ({note})" for note in getattr(problem, "__notes__", ()))
    frames = traceback.extract_tb(problem.__traceback__)
    where = f", in {frames[-1].name}, line {frames[-1].lineno} of {frames[-1].filename}" if frames else ""
    return f"{type(problem).__name__}: {str(problem).rstrip('.')}{notes}{where}."
