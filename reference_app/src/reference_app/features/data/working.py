"""Reading an uploaded file, in a process of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Any

import msgspec

from forexai_core.data import import_bars
from forexai_core.data.importers import ImportedBars
from forexai_core.data.unpacking import ReadLimits
from forexai_core.errors import ConfigError, DataError
from reference_app.features.data.asked import FileChecked, FileGiven
from reference_app.features.data.series import pack_bars
from reference_app.processes.serving import Say

__all__ = ["checked"]

_SHOWN = 100
_SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".gz", ".zip", ".parquet"})


def checked(body: bytes, say: Say) -> bytes:
    """Read a file of bars; unsound rows are set aside and stand in the report."""
    given = msgspec.msgpack.decode(body, type=FileGiven)
    say(0.1, "reading")
    with tempfile.TemporaryDirectory(prefix="forexai-upload-") as folder:
        place = Path(folder) / _plain(given.file_name)
        place.write_bytes(given.content)
        try:
            found = _imported(place, given)
        except (ConfigError, DataError) as problem:
            # The reader's own name for the file, and no folder of this machine.
            told = str(problem).replace(f"{folder}/", "")
            raise (DataError if isinstance(problem, DataError) else ConfigError)(told) from problem
    say(0.8, "keeping")
    bars = found.bars
    return msgspec.msgpack.encode(
        FileChecked(
            report=_report(found, folder),
            rows=len(bars),
            first_ns=int(bars.time_ns[0]),
            last_ns=int(bars.time_ns[-1]),
            prices=pack_bars(bars),
        )
    )


def _imported(place: Path, given: FileGiven) -> ImportedBars:
    limits = ReadLimits(max_file_bytes=max(1, len(given.content)), max_unpacked_bytes=given.largest_unpacked)
    return import_bars(
        place,
        symbol=given.symbol,
        timeframe=given.timeframe,
        timezone=given.timezone,
        on_bad="quarantine",
        limits=limits,
    )


def _plain(name: str) -> str:
    """Name the file in the folder: nothing of what was sent but how it ends."""
    suffixes = [each.lower() for each in PurePath(name).suffixes[-2:] if each.lower() in _SUFFIXES]
    return "prices" + ("".join(suffixes) or ".csv")


def _report(found: ImportedBars, folder: str) -> dict[str, Any]:
    report = found.report.to_dict()
    report.pop("quarantine_file")
    for name in ("quarantined", "gaps"):
        report[f"{name}_count"] = len(report[name])
        report[name] = list(report[name][:_SHOWN])
    report["source"] = report["source"].replace(f"{folder}/", "")
    return report
