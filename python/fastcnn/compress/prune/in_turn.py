"""Pruned layers fitted one after the other to what the whole network gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fastcnn.compress.activations import before_activation, stream_activations
from fastcnn.compress.prune.forward import Forward
from fastcnn.compress.prune.hessian import (
    MIN_ROWS,
    ROWS_PER_UNKNOWN,
    damped,
    damping,
    extents,
    rows_of,
    window_of,
)
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.compress.prune.surgeon import remove
from fastcnn.graph import Graph, Value
from fastcnn.typing import Array, FloatArray

_BATCH = 16


def refit_in_turn(
    before: Graph, after: Graph, kernels: Sequence[Kernel], x: Mapping[str, Array], seed: int
) -> Graph:
    """`after` with the weights that are left, and the biases, fitted layer after layer.

        minimise over w' and b'   E |t - w' u' - b'|^2 + damping |w' - w|^2,   w' = 0 where pruned

    t is what a layer gave in `before`, u' what it reads in `after` now that the layers ahead of it
    are fitted: each makes up for the errors of those ahead of it, not for its own alone.

    Args:
        before: The whole graph, with the weights w.
        after: The same with zeros.
        kernels: Of `before`, in the order of the graph; those of `after` have the same names.
        x: Samples, without labels.
        seed: Of the positions of images that are looked at.

    Source:
        Frantar and Alistarh, "Optimal Brain Compression", NeurIPS 2022, section 3 (sequential
        solving, on the inputs of the compressed layers).
    """
    count = len(next(iter(x.values())))
    places = [_Places(kernel, count, seed) for kernel in kernels]
    linear, ahead = before_activation(before, [kernel.node for kernel in kernels])
    answers = [ahead[kernel.node.name] for kernel in kernels]
    wanted: list[list[Array]] = [[] for _ in kernels]
    for first, batch in _batches(linear, answers, x):
        for one, place, value in zip(wanted, places, answers, strict=True):
            one.append(place.answers(batch[value.name], first))
    forward = Forward(x)
    for kernel, place, targets in zip(kernels, places, wanted, strict=True):
        read = forward.read(after, kernel.node.name)
        rows = [place.rows(batch, first) for first, batch in read]
        u, t = np.concatenate(rows, 1), np.concatenate(targets, 1)
        now = after.values[kernel.name].data
        assert now is not None
        w, b = _fitted(kernel, now == 0, u, t)
        after = after.with_data({kernel.name: w, kernel.node.inputs[2].name: b})
    return after


def _batches(
    graph: Graph, values: Sequence[Value], x: Mapping[str, Array]
) -> Iterator[tuple[int, dict[str, Array]]]:
    """Values, a batch after the other, with the number of its first sample."""
    first = 0
    for batch in stream_activations(graph, values, x, _BATCH):
        yield first, batch
        first += len(next(iter(batch.values())))


def _fitted(
    kernel: Kernel, dropped: Array, u: FloatArray, t: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Kernel and bias from rows [groups, rows, d] and answers [groups, rows, outputs]."""
    weights = rows_of(kernel, kernel.data).astype(np.float64)
    count, unknowns = u.shape[1:]
    mean_u, mean_t = u.mean(1), t.mean(1)
    u, t = u - mean_u[:, None], t - mean_t[:, None]
    hessian = damped(u.transpose(0, 2, 1) @ u / count, damping(count, unknowns))
    rest = u.transpose(0, 2, 1) @ (t - u @ weights.transpose(0, 2, 1)) / count
    best = weights + np.linalg.solve(hessian, rest).transpose(0, 2, 1)
    flat = (-1, unknowns)
    drop = kernel.matrix(dropped).reshape(flat)
    fitted = remove(best.reshape(flat), hessian, np.linalg.inv(hessian), drop)
    fitted = fitted.reshape(weights.shape)
    bias = mean_t - (fitted @ mean_u[:, :, None])[..., 0]
    return kernel.unmatrix(fitted).astype(np.float32), bias.ravel().astype(np.float32)


@dataclass(frozen=True)
class _Places:
    """Which positions of an image a layer is looked at, the same in every network.

    Args:
        kernel: Of the layer.
        count: Samples in all.
        seed: Of the positions.
    """

    kernel: Kernel
    count: int
    seed: int

    def rows(self, x: Array, first: int) -> FloatArray:
        """What the layer reads there: [groups, rows, d]."""
        groups, unknowns = extents(self.kernel)
        if self.kernel.node.op == "dense":
            return x[None].astype(np.float64)
        windows = window_of(self.kernel).view(x)
        height, width = windows.shape[2:4]
        seen = []
        for i, image in enumerate(windows):
            row, column = np.divmod(self._chosen(first + i, height * width), width)
            there = image[:, row, column].reshape(groups, -1, row.size, *windows.shape[4:])
            seen.append(np.moveaxis(there, 2, 1).reshape(groups, row.size, unknowns))
        return np.concatenate(seen, 1).astype(np.float64)

    def answers(self, y: Array, first: int) -> FloatArray:
        """What it gives there: [groups, rows, outputs of a group]."""
        groups, _ = extents(self.kernel)
        if self.kernel.node.op == "dense":
            return y[None].astype(np.float64)
        flat = y.reshape(*y.shape[:2], -1)
        seen = [image[:, self._chosen(first + i, flat.shape[2])] for i, image in enumerate(flat)]
        joined = np.concatenate(seen, 1).reshape(groups, -1, sum(one.shape[1] for one in seen))
        answers: FloatArray = joined.transpose(0, 2, 1).astype(np.float64)
        return answers

    def _chosen(self, sample: int, positions: int) -> Array:
        _, unknowns = extents(self.kernel)
        enough = max(MIN_ROWS, ROWS_PER_UNKNOWN * unknowns)
        each = min(positions, -(-enough // self.count))
        return np.random.default_rng([self.seed, sample]).choice(positions, each, replace=False)
