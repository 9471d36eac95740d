"""States beside parameters, and averages of parameters over time."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Traits, Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.optimizers.optimizer import AVERAGE


def keep(g: Builder, parameter: Value, name: str, fill: float | None = 0.0) -> Value:
    """A state beside a parameter, of its shape.

    Args:
        g: Where it is made.
        parameter: Decides name and shape.
        name: Comes after the parameter's.
        fill: The number it holds at first; None: what the parameter holds.
    """
    assert parameter.data is not None
    data = parameter.data if fill is None else np.full(parameter.data.shape, fill, np.float32)
    return g.parameter(f"{parameter.name}/{name}", data.copy(), Traits(trainable=False))


def average(g: Builder, parameter: Value, new: Value, rate: Value) -> Value:
    """Appends an average of a parameter over its updates.

        average <- average + rate (new - average)

    Args:
        g: Where to.
        parameter: w.
        new: w after this update.
        rate: A scalar; 1 at the first update.

    Returns:
        The new average, which takes the place of the parameter when training ends.
    """
    old = keep(g, parameter, AVERAGE)
    moved = g.apply("add", old, g.apply("multiply", g.apply("subtract", new, old), rate))
    g.update(old, moved)
    return moved


def is_multiple(g: Builder, count: Value, period: int) -> Value:
    """Whether a float32 scalar, a whole number below 2^24, is a multiple of `period`."""
    periods = g.apply("divide", count, scalar(g, period))
    return g.apply("equal", periods, g.apply("floor", periods))
