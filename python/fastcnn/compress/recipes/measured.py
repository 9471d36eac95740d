"""What a recipe made, measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastcnn.compress.choose.judge import Judge
from fastcnn.compress.choose.promise import times_in_fresh_process
from fastcnn.compress.recipes.recipe import Recipe
from fastcnn.models import Model, file_size
from fastcnn.ops.statistics import statistics


@dataclass(frozen=True)
class Run:
    """One recipe with one seed, measured.

    Args:
        recipe: Its name.
        seed: Of all chance.
        score: Accuracy, or agreement with the model without labels.
        speedup: Measured beside the model in a fresh process.
        ms: Milliseconds of a call.
        macs: Multiply-accumulates of a sample.
        nonzeros: Parameters that are not zero.
        bytes: Of the saved model.
    """

    recipe: str
    seed: int
    score: float
    speedup: float
    ms: float
    macs: int
    nonzeros: int
    bytes: int


def measured_run(
    before: Model, after: Model, recipe: Recipe, judge: Judge, batch: int, threads: int
) -> Run:
    """The figures of `after`, which `recipe` made of `before`; times in fresh processes."""
    times = times_in_fresh_process(before, after, batch=batch, threads=threads)
    size = statistics(after.graph)
    return Run(
        recipe.name,
        recipe.seed,
        judge(after.graph).score,
        times.speedup,
        times.after_ms,
        size.macs,
        size.nonzeros,
        file_size(after),
    )


def is_beaten(point: tuple[float, float], rivals: Iterable[tuple[float, float]]) -> bool:
    """Whether one of the rivals is at least as good in both coordinates, and not the same."""
    return any(x >= point[0] and y >= point[1] and (x, y) != point for x, y in rivals)
