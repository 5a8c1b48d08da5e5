"""Prove, in a fresh interpreter, which packages can be imported and which cannot."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys


def main() -> int:
    """Return 0 when every package named present is there and every one named absent is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--present", nargs="*", default=[])
    parser.add_argument("--absent", nargs="*", default=[])
    arguments = parser.parse_args()
    wrong = [f"{name} cannot be found" for name in arguments.present if importlib.util.find_spec(name) is None]
    wrong += [f"{name} should not be here" for name in arguments.absent if importlib.util.find_spec(name) is not None]
    for name in arguments.present:
        place = importlib.import_module(name).__file__ or ""
        if "site-packages" not in place:
            wrong.append(f"{name} comes from {place}, not from its wheel")
    report = (
        "\n".join(wrong) or f"present: {', '.join(arguments.present)}; absent: {', '.join(arguments.absent) or '-'}"
    )
    sys.stdout.write(report + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
