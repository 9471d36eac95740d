"""What the comparisons share: data, agreement of outputs, and the table."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

import fastcnn as fc

TOLERANCE = 1e-4
"""Largest difference of two probabilities; the networks are the same, the orders of summing not."""


def write_images(folder: Path, count: int) -> Path:
    """The first `count` MNIST training images as float32 [N, 28, 28, 1] in [0, 1], in a file."""
    (x, y), _ = fc.datasets.mnist.load_data()
    path = folder / "images.npz"
    images = np.ascontiguousarray(x[:count, ..., None], np.float32) / np.float32(255)
    np.savez(path, x=images, y=y[:count].astype(np.int32))
    return path


def require_agreement(ours: Path, theirs: Path) -> float:
    """The largest difference of the two outputs; ends the run where they are not the same net."""
    difference = float(np.abs(np.load(ours) - np.load(theirs)).max())
    if not difference <= TOLERANCE:
        raise SystemExit(f"the outputs differ by {difference:.2e}, more than {TOLERANCE:.0e}")
    return difference


def print_table(
    title: str, unit: str, times: Mapping[str, Sequence[float]], *, scale: float, per_second: bool
) -> None:
    """Median and best of each runtime, and the ratio to the first.

    Args:
        title: What was timed.
        unit: Of the printed figures.
        times: Seconds by runtime.
        scale: Times this are the figures or, `per_second`, this over the times.
        per_second: Whether more is better.
    """
    print(f"\n{title}, {unit}\n{'':28}{'median':>12}{'best':>12}{'runs':>6}")
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        median, best = medians[name], min(values)
        figures = (scale / median, scale / best) if per_second else (scale * median, scale * best)
        print(f"{name:28}{figures[0]:12,.3f}{figures[1]:12,.3f}{len(values):6}")
    ours, *others = times
    for name in others:
        by_median = medians[name] / medians[ours]
        by_best = min(times[name]) / min(times[ours])
        print(
            f"{ours} is {by_median:.2f} times as fast as {name} by the medians, "
            f"{by_best:.2f} times by the best"
        )
