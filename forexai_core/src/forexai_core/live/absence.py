"""When it proves something that a look at the venue does not show what was sent."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

__all__ = ["Absence"]


@attrs.frozen(kw_only=True)
class Absence:
    """How many looks have to show nothing, and when.

    Attributes
    ----------
    after_ns : int
        A look earlier than this after what is looked for proves nothing: a venue's lists lag behind its answers.
    gap_ns : int
        Looks that count are at least so far apart.
    polls : int
        How many it takes.
    """

    after_ns: int
    gap_ns: int
    polls: int

    def counts(self, began_ns: int, since_ns: int, looks: Sequence[int]) -> bool:
        """Say whether a look counts, after those that did; times by the monotonic clock.

        Parameters
        ----------
        began_ns : int
            When the look began.
        since_ns : int
            From when on it could have been shown.
        looks : sequence of int
            When those began that counted before.
        """
        return began_ns - since_ns >= self.after_ns and (not looks or began_ns - looks[-1] >= self.gap_ns)

    def proven(self, looks: Sequence[int]) -> bool:
        """Say whether so many looks are enough."""
        return len(looks) >= self.polls
