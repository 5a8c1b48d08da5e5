"""Measures every row and writes docs/benchmarks.md: ``python forexai_core/benchmarks/measure.py``.

Arguments go to pytest. With any of them some rows may be left out, so the page is then left as it is.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pytest
import table

BENCHMARKS = Path(__file__).resolve().parent
ROOT = BENCHMARKS.parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"


def main(arguments: list[str]) -> int:
    """Run the benchmarks; give pytest's exit code."""
    chosen = [argument for argument in arguments if not argument.startswith("--peers=")]
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "benchmarks.json"
        code = pytest.main(
            [
                str(BENCHMARKS),
                "--rootdir",
                str(ROOT),
                "--override-ini=python_files=bench_*.py",
                "--benchmark-enable",
                "--benchmark-columns=min,median,max,rounds",
                f"--benchmark-json={told}",
                "--timeout=0",
                *arguments,
            ]
        )
        if code == pytest.ExitCode.OK and not chosen:
            table.write(json.loads(told.read_text(encoding="utf-8")), PAGE)
            print(f"wrote {PAGE}")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
