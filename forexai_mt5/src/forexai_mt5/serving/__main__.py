"""``python -m forexai_mt5.serving``: on the machine of the terminal.

The key is read from a file, so that it stands in no list of processes.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from forexai_core.errors import ConfigError
from forexai_mt5.serving.server import Serving, WorkerServer
from forexai_mt5.worker.socket_pipe import split_address

__all__ = ["main"]


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m forexai_mt5.serving", description="Serve a worker to another machine."
    )
    parser.add_argument("--listen", default="127.0.0.1:5005", help="host:port; other hosts than this one need TLS")
    parser.add_argument("--key-file", required=True, help="file with the key that both machines have")
    parser.add_argument("--certificate", default="", help="PEM file")
    parser.add_argument("--private-key", default="", help="PEM file, where it is not in the certificate's")
    parser.add_argument("--package", choices=("official", "simulator"), default="official")
    return parser.parse_args(given)


async def _serve(serving: Serving) -> None:
    async with WorkerServer(serving) as server:
        sys.stderr.write(f"serving {serving.package} on {serving.host}:{server.port}\n")
        await server.serve_forever()


def main(given: list[str] | None = None) -> int:
    """Serve until interrupted; 2 for wrong use."""
    logging.basicConfig(level=logging.INFO)
    chosen = _arguments(sys.argv[1:] if given is None else given)
    try:
        host, port = split_address(chosen.listen)
        serving = Serving(
            host=host,
            port=port,
            key=Path(chosen.key_file).read_text(encoding="utf-8").strip(),
            certificate=chosen.certificate,
            private_key=chosen.private_key,
            package=chosen.package,
        )
        asyncio.run(_serve(serving))
    except (ConfigError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
