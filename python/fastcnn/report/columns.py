"""The columns of the comparison table, shared by the page and the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fastcnn.report.data import Entry
from fastcnn.report.format import count, points, size, times

Verdict = Literal["better", "worse", "same"]


@dataclass(frozen=True)
class Column:
    """One measured quantity: how to read it from an entry, print it and compare it.

    Args:
        key: Name in JSON, the attribute of `Entry`.
        title: Heading.
        unit: Stands under the heading.
        text: Prints a value.
        higher_is_better: Direction of progress.
        tolerance: Relative change up to which two values count as the same.
    """

    key: str
    title: str
    unit: str
    text: Callable[[float], str]
    higher_is_better: bool = False
    tolerance: float = 0.0

    def value(self, entry: Entry) -> float:
        """The quantity in `entry`."""
        return float(getattr(entry, self.key))

    def change(self, entry: Entry, original: Entry) -> str:
        """The quantity against the original: points for accuracy, a ratio for the rest."""
        value, base = self.value(entry), self.value(original)
        if self.key == "accuracy":
            return points(value - base)
        return times(value / base) if base else "-"

    def verdict(self, entry: Entry, original: Entry) -> Verdict:
        """Whether the entry does better than the original here."""
        value, base = self.value(entry), self.value(original)
        if abs(value - base) <= self.tolerance * abs(base):
            return "same"
        return "better" if (value > base) == self.higher_is_better else "worse"


COLUMNS: tuple[Column, ...] = (
    Column("accuracy", "Test accuracy", "%", lambda v: f"{100 * v:.2f}", True, 0.0005),
    Column("parameters", "Parameters", "elements", count, False, 0.001),
    Column("nonzeros", "Non-zeros", "elements", count, False, 0.001),
    Column("macs", "MACs", "an image", count, False, 0.001),
    Column("bytes_on_disk", "On disk", "model file", size, False, 0.005),
    Column("latency_ms", "Latency", "ms, batch 1", lambda v: f"{v:.3f}", False, 0.03),
    Column("throughput", "Throughput", "images/s, batch 64", count, True, 0.03),
)
