"""``python -m forexai_mt5.desktop``: the window, as it is started with the computer and as one program."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from forexai_core.errors import ForexAIError
from forexai_mt5.connector.assembly import connector_folder
from forexai_mt5.desktop.opening import open_window

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Open the window; give its exit code, 2 where it cannot be opened."""
    parser = argparse.ArgumentParser(prog="forexai-connector", description="The window of the ForexAI connector.")
    parser.add_argument("file", nargs="?", type=Path, help="settings of the connector, TOML")
    parser.add_argument("--home", type=Path, help="folder of keys, commands and the kill switch")
    parser.add_argument("--in-tray", action="store_true", help="begin with the icon in the tray only")
    given = parser.parse_args(arguments)
    try:
        return open_window(given.file, connector_folder(given.home), in_tray=given.in_tray)
    except ForexAIError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
