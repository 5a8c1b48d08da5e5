"""``python -m forexai_mt5.worker``: started by its parent, which speaks to it over the standard streams."""

from __future__ import annotations

import os
import sys

from forexai_mt5.worker.child import serve

__all__ = ["main"]


def main() -> None:
    """Serve the parent, with a standard output that nobody else writes to."""
    # Whatever prints, the package's library included, must not come between two messages.
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
