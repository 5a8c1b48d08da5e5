"""``python -m forexai_mt5.hosting``: settings as a line of JSON come in, the address as a line of JSON goes out.

It ends with its standard input, so that no terminal outlives whoever started it.
"""

from __future__ import annotations

import json
import sys
import threading

from forexai_mt5.hosting.host import TerminalHost, terminal_of
from forexai_mt5.hosting.settings import HostSettings

__all__ = ["main"]


def main() -> None:
    """Host a terminal until standard input ends."""
    settings = HostSettings.of(json.loads(sys.stdin.readline() or "{}"))
    host = TerminalHost(terminal_of(settings))
    serving = threading.Thread(target=host.serve, daemon=True)
    serving.start()
    sys.stdout.write(json.dumps({"port": host.address.port, "token": host.address.token}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
