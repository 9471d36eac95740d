"""How much faster convolutions get as their weights are pruned, layer by layer."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fastcnn import runtime
from fastcnn.bench.cases import build
from fastcnn.bench.shapes import Shape
from fastcnn.errors import InvalidValueError

_ROUNDS = 7
_SECONDS = 0.004
"""Spent on one layer in a round."""


@dataclass(frozen=True)
class SpeedUp:
    """One layer with some of its weights left, against the same layer with all of them.

    Args:
        shape: The layer, as a line of a file of shapes.
        sparsity: Share of the weights that are zero, scattered at random.
        kernel: What ran it: the fastest by measurement, sparse or dense.
        ms: Milliseconds of the layer alone on one thread, the best of some rounds.
        dense_ms: Of the same layer with no zeros, measured in turn with it.
    """

    shape: str
    sparsity: float
    kernel: str
    ms: float
    dense_ms: float

    @property
    def times(self) -> float:
        """How many times as fast as dense."""
        return self.dense_ms / self.ms


def measure_sparsity(shapes: Sequence[Shape], sparsities: Sequence[float]) -> Iterator[SpeedUp]:
    """Times every convolution among `shapes` but depthwise ones, at every sparsity.

    Args:
        shapes: Layers; those that are no convolution are skipped.
        sparsities: From 0 to 1, in steps of a hundredth.

    Raises:
        InvalidValueError: A sparsity is not in [0, 1).
    """
    for sparsity in sparsities:
        if not 0 <= sparsity < 1:
            raise InvalidValueError(f"bench: a sparsity is from 0 to below 1, not {sparsity}")
    for shape in shapes:
        if shape.op != "conv2d" or shape.extents.get("groups", 1) > 1:
            continue
        percents = [round(100 * sparsity) for sparsity in sparsities]
        layers = [_Layer(shape, percent) for percent in (0, *percents)]
        dense, *pruned = _best_of_rounds(layers)
        for layer, sparsity, ms in zip(layers[1:], sparsities, pruned, strict=True):
            yield SpeedUp(str(shape), sparsity, layer.kernel, ms, dense)


def _best_of_rounds(layers: Sequence[_Layer]) -> list[float]:
    """Milliseconds of each, taken in turns: the machine may change its speed meanwhile."""
    best = [math.inf] * len(layers)
    for _ in range(_ROUNDS):
        for i, layer in enumerate(layers):
            best[i] = min(best[i], layer.measure())
    return best


class _Layer:
    """One convolution of which `zeros` in a hundred weights are zero, its kernel measured."""

    def __init__(self, shape: Shape, zeros: int) -> None:
        graph = build(Shape(shape.op, {**shape.extents, "zeros": zeros}))
        (value,) = graph.inputs
        rng = np.random.default_rng(1)
        self.x = rng.random([extent or 1 for extent in value.shape], np.float32)
        session = runtime.Session(graph, threads=1, measure=True)
        self.plan = session.plan((self.x.shape,))
        steps = self.plan.steps()
        self.place = next(i for i, step in enumerate(steps) if step["op"] == shape.op)
        self.kernel: str = steps[self.place]["kernel"]

    def measure(self) -> float:
        """The least milliseconds of the layer in a fraction of a second."""
        best = math.inf
        end = time.perf_counter() + _SECONDS
        while True:
            best = min(best, self.plan.profile([self.x])[self.place])
            if time.perf_counter() > end:
                return best
