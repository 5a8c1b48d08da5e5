"""Serves one contender in a process of its own: ``python serve.py SCRIPT``.

Reads one JSON object a line and answers with one. ``{"case", "folder", "rows", "options"}`` prepares a case and runs it
once; ``{"repeats"}`` runs it so often and gives the seconds of each; ``{"end"}`` gives the peak memory and ends.
Whatever a library prints goes to standard error.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).resolve().parents[1]


def _load(script: str) -> Any:
    """Load a script that has ``CASES``, and perhaps ``PACKAGES`` and ``LACKS``."""
    sys.path.insert(0, str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location(Path(script).stem, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _answer(module: Any, asked: dict[str, Any], running: dict[str, Any]) -> dict[str, Any]:
    if "case" in asked:
        from task import Task  # its folder is on the path only now

        start = time.perf_counter()
        running["run"] = module.CASES[asked["case"]](Task(Path(asked["folder"]), asked["rows"], asked["options"]))
        trades = running["run"]()
        return {
            "trades": int(trades),
            "first_s": time.perf_counter() - start,
            "versions": {name: version(name) for name in getattr(module, "PACKAGES", ())},
            "lacks": getattr(module, "LACKS", ""),
        }
    if "repeats" in asked:
        seconds = []
        for _ in range(asked["repeats"]):
            start = time.perf_counter()
            running["run"]()
            seconds.append(time.perf_counter() - start)
        return {"seconds": seconds}
    return {"peak_mb": _peak_mb()}


def _peak_mb() -> float:
    """Give the most memory that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux counts what the parent held before the start into ru_maxrss
        (line,) = (line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)


def main() -> None:
    """Answer until told to end."""
    warnings.simplefilter("ignore")
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        module = _load(sys.argv[1])
        running: dict[str, Any] = {}
        for line in sys.stdin:
            asked = json.loads(line)
            print(json.dumps(_answer(module, asked, running)), file=out, flush=True)
            if "end" in asked:
                return


if __name__ == "__main__":
    main()
