"""The states of a worker, and which follows which.

::

    stopped ──▶ starting ──▶ ready ◀──▶ busy
       ▲            │          │          │
       │            ▼          ▼          ▼
       ├─────── restarting ◀── hung ◀─────┤      (hung: no answer in time)
       │            │  ▲                  │
       │            │  └──────────────────┘      (died)
       └────────────┘  starting again, or given up
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["FOLLOWING", "State"]


class State(StrEnum):
    """What a worker is doing."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    HUNG = "hung"
    RESTARTING = "restarting"


FOLLOWING: Mapping[State, frozenset[State]] = {
    State.STOPPED: frozenset({State.STARTING}),
    State.STARTING: frozenset({State.READY, State.RESTARTING, State.STOPPED}),
    State.READY: frozenset({State.BUSY, State.HUNG, State.RESTARTING, State.STOPPED}),
    State.BUSY: frozenset({State.READY, State.HUNG, State.RESTARTING, State.STOPPED}),
    State.HUNG: frozenset({State.RESTARTING, State.STOPPED}),
    State.RESTARTING: frozenset({State.STARTING, State.STOPPED}),
}
"""Which states may follow each."""
