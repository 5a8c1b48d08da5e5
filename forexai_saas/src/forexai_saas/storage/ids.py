"""Keys of rows: UUIDv7, made by the application, in the order in which they were made."""

from __future__ import annotations

import secrets
import threading
import time
from uuid import UUID

__all__ = ["IdMaker", "id_time_ms", "new_id"]

_COUNTER_BITS = 12
_NODE_BITS = 62


class IdMaker:
    """Makes UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, 12 that count within one, 62 random.

    Later ids of one process are larger, also when the clock steps back. They are no secrets: whoever knows one
    can guess when it was made, so nothing may be granted for knowing one.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._stamp = 0

    def make(self, time_ns: int) -> UUID:
        """Make one.

        Parameters
        ----------
        time_ns : int
            Now, nanoseconds UTC.
        """
        # The millisecond and the counter as one number: a full counter runs over into the next millisecond
        # (RFC 9562, 6.2, method 1).
        fresh = (time_ns // 1_000_000) << _COUNTER_BITS
        with self._guard:
            self._stamp = max(fresh, self._stamp + 1)
            stamp = self._stamp
        millisecond, counter = stamp >> _COUNTER_BITS, stamp & (2**_COUNTER_BITS - 1)
        value = (millisecond & (2**48 - 1)) << 80 | 0x7 << 76 | counter << 64
        return UUID(int=value | 0b10 << _NODE_BITS | secrets.randbits(_NODE_BITS))


_MAKER = IdMaker()


def new_id() -> UUID:
    """Make an id at the system's time."""
    return _MAKER.make(time.time_ns())


def id_time_ms(value: UUID) -> int:
    """Tell when an id was made, milliseconds UTC."""
    return value.int >> 80
