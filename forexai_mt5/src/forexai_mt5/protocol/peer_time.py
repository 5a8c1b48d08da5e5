"""The other side's time, from what it says; no clock of this machine has to be right."""

from __future__ import annotations

from collections import deque

__all__ = ["PeerTime"]

_LATELY = 64


class PeerTime:
    """Follows the clock of the other side by its timestamps and this side's monotonic clock.

    Of what was heard lately, the message that took least time gives the difference, so that the age of a message is
    taken for less only by what that one took. A clock there that is set, forwards or back, makes messages look older
    for a while, and none younger.
    """

    def __init__(self) -> None:
        # Lately: clocks drift apart by some seconds a day, which the oldest differences do not show.
        self._skews_ns: deque[int] = deque(maxlen=_LATELY)

    def hear(self, timestamp_ns: int, monotonic_ns: int) -> None:
        """Take note of a timestamp, and of when it came."""
        self._skews_ns.append(monotonic_ns - timestamp_ns)

    def age_ns(self, timestamp_ns: int, monotonic_ns: int) -> int:
        """Tell how long ago something was stamped there; 0 where it seems to lie ahead.

        A stamp that nothing was heard before is its own measure: hear the greeting first.
        """
        if not self._skews_ns:
            self.hear(timestamp_ns, monotonic_ns)
        return max(0, monotonic_ns - timestamp_ns - min(self._skews_ns))
