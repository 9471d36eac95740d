"""Profiles of many operations, made short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def by_kernel(rows: Sequence[Row], peak: float) -> list[Row]:
    """Sums over all operations that ran on the same kernel, the longest first.

    Args:
        rows: Of `Step.profile`.
        peak: GFLOP/s of the threads it ran on.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["op"], row["kernel"]), []).append(row)
    total = sum(row["ms"] for row in rows)
    sums = []
    for (op, kernel), group in groups.items():
        ms = sum(row["ms"] for row in group)
        speed = sum(row["MFLOP"] or 0.0 for row in group) / ms if ms else 0.0
        sums.append(
            {
                "op": op,
                "kernel": kernel,
                "times": len(group),
                "ms": ms,
                "% of time": 100 * ms / total,
                "GFLOP/s": speed or None,
                "% of peak": 100 * speed / peak or None,
            }
        )
    return sorted(sums, key=lambda row: -row["ms"])
