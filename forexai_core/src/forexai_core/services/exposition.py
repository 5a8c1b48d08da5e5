"""Metrics as the text that Prometheus and those who speak its language read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from forexai_core.ports.metrics import MetricKind, Sample

__all__ = ["CONTENT_TYPE", "PREFIX", "exposition"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of the format, as a web server names it."""
PREFIX = "forexai_"
"""Before every name: what others measure of the same machine stands beside it."""

_IN_LABELS = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
_IN_HELP = str.maketrans({"\\": "\\\\", "\n": "\\n"})


def exposition(samples: Iterable[Sample], about: Mapping[str, str] | None = None) -> str:
    """Write series in the text format 0.0.4 of Prometheus.

    Parameters
    ----------
    samples : iterable of Sample
        As a snapshot gives them: sorted by name.
    about : mapping of str to str, optional
        What metrics are, by name.

    Returns
    -------
    str
        Lines; the last one ended. A histogram's buckets are cumulative, as the format wants them.
    """
    lines: list[str] = []
    for name, series in groupby(samples, key=lambda sample: sample.name):
        full = PREFIX + name
        of_name = list(series)
        if about and name in about:
            lines.append(f"# HELP {full} {about[name].translate(_IN_HELP)}")
        lines.append(f"# TYPE {full} {of_name[0].kind}")
        for sample in of_name:
            lines += _lines(full, sample)
    return "".join(f"{line}\n" for line in lines)


def _lines(full: str, sample: Sample) -> list[str]:
    if sample.kind is not MetricKind.HISTOGRAM:
        return [f"{full}{_labels(sample.labels)} {_number(sample.value)}"]
    lines = [
        f"{full}_bucket{_labels((*sample.labels, ('le', _number(bound))))} {count}" for bound, count in sample.buckets
    ]
    own = _labels(sample.labels)
    return [*lines, f"{full}_sum{own} {_number(sample.value)}", f"{full}_count{own} {sample.count}"]


def _labels(labels: Sequence[tuple[str, str]]) -> str:
    inside = ",".join(f'{name}="{value.translate(_IN_LABELS)}"' for name, value in labels)
    return f"{{{inside}}}" if inside else ""


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else repr(float(value))
