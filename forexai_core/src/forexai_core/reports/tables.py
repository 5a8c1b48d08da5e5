"""The reports for machines: JSON and CSV."""

from __future__ import annotations

from pathlib import Path

import attrs

from forexai_core.backtesting import Result
from forexai_core.backtesting.csv_files import harmless, trades_csv
from forexai_core.backtesting.files import write_whole
from forexai_core.backtesting.saved import canonical_json, columns_of, result_json
from forexai_core.ports.report import ReportableResult

__all__ = ["CsvReport", "JsonReport"]


@attrs.frozen
class JsonReport:
    """Writes a result as JSON: one of ours as :meth:`Result.save` does, any other with all that the port tells."""

    def write(self, result: ReportableResult, path: Path) -> None:
        """Write the file, wholly or not at all.

        Raises
        ------
        StorageError
            If it could not be written.
        """
        if isinstance(result, Result):
            write_whole(path, result_json(result))
            return
        document = {
            "schema": "forexai.report",
            "schema_version": 1,
            "metrics": dict(result.metrics),
            "assumptions": dict(result.assumptions),
            "input_fingerprint": result.input_fingerprint,
            "result_fingerprint": result.result_fingerprint,
            "trades": columns_of(result.trades),
            "equity": columns_of(result.equity),
        }
        write_whole(path, canonical_json(document) + b"\n")


@attrs.frozen
class CsvReport:
    """Writes the trades as CSV, below comment lines that tell what they rest on.

    The comments begin with ``#``: ``pandas.read_csv(path, comment="#")`` passes over them.
    ``Result.to_csv`` writes the bare table.
    """

    def write(self, result: ReportableResult, path: Path) -> None:
        """Write the file, wholly or not at all.

        Raises
        ------
        StorageError
            If it could not be written.
        """
        lines = [f"{name}: {text}" for name, text in result.assumptions.items()]
        lines.append(f"Input fingerprint: {result.input_fingerprint}")
        lines.append(f"Result fingerprint: {result.result_fingerprint}")
        notes = "".join(f"# {harmless(' '.join(line.split()))}\r\n" for line in lines)
        write_whole(path, (notes + trades_csv(result.trades)).encode("utf-8", "replace"))
