"""How a pass checks itself: the same random input through the old and the new graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Graph, Type
from fastcnn.ops import evaluate
from fastcnn.typing import Array

LIMIT = 1e-4
"""Largest difference a pass may make, as a share of the output's largest magnitude.

A folded weight is rounded once, by 6e-8 of its size; what remains is room for cancellation.
"""

UNKNOWN_EXTENT = 16
"""Stands in for an extent, other than the batch, that the graph leaves open."""


class Probe:
    """Random input for a graph, and what graphs make of it.

    Remembers the outputs of the last graph, so that a sequence evaluates each graph once.
    """

    def __init__(self, graph: Graph, *, batch: int = 1, seed: int = 0) -> None:
        """Draws input for every input of `graph`: standard normal, or zero where integral."""
        rng = np.random.default_rng(seed)
        self.feeds = {value.name: _draw(value.type, batch, rng) for value in graph.inputs}
        self._last: tuple[Graph, list[Array]] | None = None

    def outputs(self, graph: Graph) -> list[Array]:
        """Outputs and updates of `graph`, in float64."""
        if self._last is None or self._last[0] is not graph:
            known = evaluate(graph, self.feeds)
            results = [*graph.outputs, *(new for _, new in graph.updates)]
            self._last = graph, [known[value.name] for value in results]
        return self._last[1]


def difference(before: Sequence[Array], after: Sequence[Array]) -> float:
    """Largest max |b - a| / max |a| over pairs of arrays; infinite where shapes or NaNs differ."""
    return max((_difference(a, b) for a, b in zip(before, after, strict=True)), default=0.0)


def _difference(before: Array, after: Array) -> float:
    if before.shape != after.shape:
        return float("inf")
    same = (before == after) | ((before != before) & (after != after))
    a, b = before[~same].astype(np.float64), after[~same].astype(np.float64)
    if not a.size:
        return 0.0
    finite = np.abs(before[np.isfinite(before)])
    error = float(np.max(np.abs(b - a)) / max(float(finite.max(initial=0.0)), 1e-30))
    return error if np.isfinite(error) else float("inf")


def _draw(type_: Type, batch: int, rng: np.random.Generator) -> Array:
    shape = tuple(
        extent if extent is not None else batch if axis == 0 else UNKNOWN_EXTENT
        for axis, extent in enumerate(type_.shape)
    )
    if np.dtype(type_.dtype).kind != "f":
        return np.zeros(shape, type_.dtype)
    return rng.standard_normal(shape).astype(type_.dtype)
