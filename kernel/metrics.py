"""Counters, gauges and histograms in the text format that Prometheus scrapes.

Source: Prometheus, "Exposition formats", text format 0.0.4.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[str, ...]


class Series:
    """One metric with one number for each set of label values.

    Parameters
    ----------
    kind
        ``counter`` (only grows; name it ``…_total``) or ``gauge``.
    labels
        Names of the labels; each call gives as many values.
    """

    def __init__(self, name: str, text: str, labels: Sequence[str] = (), *, kind: str) -> None:
        self.name, self.text, self.labels, self.kind = name, text, tuple(labels), kind
        self._values: dict[Labels, float] = {}
        self._turn = threading.Lock()

    def add(self, *values: str, by: float = 1.0) -> None:
        """Add to the number of these label values."""
        with self._turn:
            self._values[values] = self._values.get(values, 0.0) + by

    def put(self, *values: str, to: float) -> None:
        """Set the number of these label values."""
        with self._turn:
            self._values[values] = to

    def lines(self) -> Iterator[str]:
        """Yield the metric as it is scraped."""
        with self._turn:
            found = sorted(self._values.items())
        yield from _head(self.name, self.text, self.kind)
        for values, number in found:
            yield f"{self.name}{_tags(self.labels, values)} {_number(number)}"


class Histogram:
    """How often values fell below each bound, with their count and sum."""

    def __init__(
        self, name: str, text: str, bounds: Sequence[float], labels: Sequence[str] = ()
    ) -> None:
        self.name, self.text, self.labels = name, text, tuple(labels)
        self.bounds = (*bounds, math.inf)
        self._values: dict[Labels, tuple[list[int], float]] = {}
        self._turn = threading.Lock()

    def observe(self, value: float, *labels: str) -> None:
        """Count one value."""
        with self._turn:
            counts, total = self._values.get(labels, ([0] * len(self.bounds), 0.0))
            counts[bisect_left(self.bounds, value)] += 1
            self._values[labels] = (counts, total + value)

    def lines(self) -> Iterator[str]:
        """Yield the metric as it is scraped; buckets are cumulative."""
        with self._turn:
            found = [(k, (list(c), total)) for k, (c, total) in sorted(self._values.items())]
        yield from _head(self.name, self.text, "histogram")
        for values, (counts, total) in found:
            below = 0
            for bound, count in zip(self.bounds, counts, strict=True):
                below += count
                tags = _tags((*self.labels, "le"), (*values, _number(bound)))
                yield f"{self.name}_bucket{tags} {below}"
            tags = _tags(self.labels, values)
            yield f"{self.name}_sum{tags} {_number(total)}"
            yield f"{self.name}_count{tags} {below}"


def exposition(metrics: Sequence[Series | Histogram]) -> str:
    """Return the page that is scraped."""
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines())


def _head(name: str, text: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"


def _tags(names: Labels, values: Labels) -> str:
    if not names:
        return ""
    pairs = (f'{name}="{_escaped(it)}"' for name, it in zip(names, values, strict=True))
    return "{" + ",".join(pairs) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    if value == math.inf:
        return "+Inf"
    return f"{value:.0f}" if value == int(value) else repr(value)
