"""Turns over prices that grow: strategies go on with the state that they have."""

from __future__ import annotations

import numpy as np

from forexai_core.engine.state.book import Roster

__all__ = ["carried_over"]


def carried_over(before: Roster, now: Roster) -> Roster:
    """Let programs over more prices go on where those over fewer stand.

    Parameters
    ----------
    before : Roster
        Over the prices so far, with what steps have kept.
    now : Roster
        Of the same strategies, over more prices.

    Returns
    -------
    Roster
        ``now``, with the state of ``before``.
    """
    now.state[:] = before.state
    now.row[:] = before.row
    now.commands[:] = before.commands
    now.taken[:] = before.taken
    # Wishes lie strategy after strategy, and those of each have become more.
    begun = before.pending - np.concatenate(([0], before.stops[:-1]))
    now.pending[:] = np.concatenate(([0], now.stops[:-1])) + begun
    return now
