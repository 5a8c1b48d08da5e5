"""Where a person's programs keep their data."""

from __future__ import annotations

from pathlib import Path

__all__ = ["TRIALS_FILE", "default_home"]

TRIALS_FILE = "trials.txt"
"""Name of the ledger of trials within a home."""


def default_home() -> Path:
    """Return the folder where a person's programs keep their data on this system; it may not be there yet."""
    # Slow to import, and not needed by who names a folder.
    import platformdirs

    return Path(platformdirs.user_data_dir("forexai", appauthor=False))
