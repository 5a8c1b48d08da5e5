"""The process that asks plugins: reads a question from its standard input, writes the list to its standard output."""

from __future__ import annotations

import sys

import msgspec

from forexai_core.plugins import discover
from reference_app.features.plugins.listing import Question, listed

__all__ = ["main"]


def main() -> None:
    """Ask once."""
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    output = sys.stdout.buffer
    # What a plugin prints while it is asked is not the answer.
    sys.stdout = sys.stderr
    found = discover(disabled=question.disabled, required=question.required)
    output.write(msgspec.json.encode(listed(found)))
    output.flush()


if __name__ == "__main__":
    main()
