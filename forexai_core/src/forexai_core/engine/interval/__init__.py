"""The honest interval: between which net profits a run lies, whatever its bars hide.

The search follows the one ledger over every path that the bars allow. ``stretch`` drives it where a bar leaves nothing
open, ``forks`` copies and compares its state, ``branching`` walks through one bar that leaves something open,
``search`` follows all that may have happened from bar to bar, and ``bridges`` samples single paths for the expectation.
"""

from forexai_core.engine.interval.bridges import Expectation, expected_profit
from forexai_core.engine.interval.search import Bounds, Limits, Question, find_bounds

__all__ = ["Bounds", "Expectation", "Limits", "Question", "expected_profit", "find_bounds"]
