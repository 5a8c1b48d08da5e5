"""The live loop: orders that are written down before they are sent, and brought into agreement with the venue.

The order desk of an account is its single writer. It promises at most one send per intent, and eventual agreement with
the venue's truth, or a halt that tells a person.
"""

from __future__ import annotations

from forexai_core.live.answers import Answer, Outcome
from forexai_core.live.desk import OrderDesk
from forexai_core.live.foreign import ForeignPolicy
from forexai_core.live.marks import Mark, Marks
from forexai_core.live.plans import Plan
from forexai_core.live.retries import Action, RetryPolicy
from forexai_core.live.settings import DeskSettings
from forexai_core.live.snapshots import Snapshot

__all__ = [
    "Action",
    "Answer",
    "DeskSettings",
    "ForeignPolicy",
    "Mark",
    "Marks",
    "OrderDesk",
    "Outcome",
    "Plan",
    "RetryPolicy",
    "Snapshot",
]
