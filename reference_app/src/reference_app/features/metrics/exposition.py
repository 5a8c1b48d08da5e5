"""The text format of Prometheus (exposition format 0.0.4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from forexai_core.ports.metrics import MetricKind, Sample

__all__ = ["CONTENT_TYPE", "exposition"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(samples: Iterable[Sample]) -> str:
    """Write samples, each name's kind once before its series."""
    return "".join(f"{line}\n" for line in _lines(samples))


def _lines(samples: Iterable[Sample]) -> Iterator[str]:
    told = ""
    for sample in samples:
        if sample.name != told:
            told = sample.name
            yield f"# TYPE {sample.name} {sample.kind.value}"
        if sample.kind is not MetricKind.HISTOGRAM:
            yield f"{sample.name}{_labels(sample.labels)} {_number(sample.value)}"
            continue
        for bound, below in sample.buckets:
            yield f"{sample.name}_bucket{_labels((*sample.labels, ('le', _number(bound))))} {below}"
        yield f"{sample.name}_sum{_labels(sample.labels)} {_number(sample.value)}"
        yield f"{sample.name}_count{_labels(sample.labels)} {sample.count}"


def _labels(labels: Iterable[tuple[str, str]]) -> str:
    inner = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
    return f"{{{inner}}}" if inner else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(int(value)) if value == int(value) else repr(value)
