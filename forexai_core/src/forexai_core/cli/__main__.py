"""``python -m forexai_core.cli``, for where no script is installed."""

from __future__ import annotations

import sys

from forexai_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
