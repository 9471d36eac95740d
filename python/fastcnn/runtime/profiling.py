"""Times of the steps of a plan."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastcnn import _core
from fastcnn.runtime.machine import peak_gflops
from fastcnn.runtime.table import Table
from fastcnn.typing import Array


def measure(plan: _core.Plan, inputs: list[Array], runs: int) -> tuple[list[dict[str, Any]], float]:
    """What each step of a plan is and its median time over `runs` runs, one run not counted.

    Returns:
        A row for each step, and the sum of their milliseconds.
    """
    plan.run(inputs)
    medians = np.median([plan.profile(inputs) for _ in range(runs)], axis=0)
    rows: list[dict[str, Any]] = []
    for step, ms in zip(plan.steps(), medians, strict=True):
        mflop = step["flops"] * 1e-6
        rows.append(
            {
                "node": step["name"],
                "op": step["op"],
                "kernel": step["kernel"],
                "layout": step["layout"],
                "MFLOP": mflop or None,
                "ms": float(ms),
                "GFLOP/s": mflop / ms if mflop and ms else None,
                "why": step["why"] or None,
            }
        )
    return rows, float(medians.sum())


def profile_table(plan: _core.Plan, inputs: list[Array], *, runs: int, threads: int) -> Table:
    """Time, speed and share of this machine's peak of each step of a plan."""
    rows, total = measure(plan, inputs, runs)
    peak = peak_gflops(threads)
    for row in rows:
        speed = row["GFLOP/s"]
        row["% of peak"] = None if speed is None else 100 * speed / peak
        row["% of time"] = 100 * row["ms"] / total if total else None
        del row["why"]
    return Table(
        f"Profile of {describe(inputs)}, {threads} threads",
        rows,
        [f"total {total:.4f} ms; peak {peak:.0f} GFLOP/s, measured"],
        {
            "ms": "{:.4f}",
            "MFLOP": "{:.2f}",
            "GFLOP/s": "{:.1f}",
            "% of peak": "{:.0f}",
            "% of time": "{:.1f}",
        },
    )


def describe(inputs: list[Array]) -> str:
    """Their shapes; scalars are left out."""
    return ", ".join("x".join(map(str, array.shape)) for array in inputs if array.ndim)
