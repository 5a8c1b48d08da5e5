"""Measures every row and writes docs/benchmarks.md: ``python forexai_core/benchmarks/measure.py``.

Arguments go to pytest. When they leave rows or peers out, the page is left as it is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import table

BENCHMARKS = Path(__file__).resolve().parent
ROOT = BENCHMARKS.parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
MEASURED = ROOT / ".benchmarks" / "measured.json"
_LEAVING_OUT = ("-k", "-m", "--deselect", "--lf", "--without-peers")


def main(arguments: list[str]) -> int:
    """Run the benchmarks; give pytest's exit code."""
    MEASURED.parent.mkdir(exist_ok=True)
    code = pytest.main(
        [
            str(BENCHMARKS),
            f"--rootdir={ROOT}",
            "--override-ini=python_files=bench_*.py",
            "--benchmark-enable",
            "--benchmark-columns=min,median,max,rounds",
            f"--benchmark-json={MEASURED}",
            "--timeout=0",
            *arguments,
        ]
    )
    if code == pytest.ExitCode.OK and not any(argument.startswith(_LEAVING_OUT) for argument in arguments):
        table.write(json.loads(MEASURED.read_text(encoding="utf-8")), PAGE)
        print(f"wrote {PAGE}")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
