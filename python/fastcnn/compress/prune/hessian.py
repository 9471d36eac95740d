"""Second moments of what layers read: the Hessians of their output error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fastcnn.compress.activations import stream_activations
from fastcnn.compress.prune.kernel import Kernel, find_kernels
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph
from fastcnn.ops.window import Window
from fastcnn.typing import Array, FloatArray

_BATCH = 16
_BUDGET_BYTES = 2 << 30
"""Moments of as many layers as fit in here are taken in one run over the samples."""
ROWS_PER_UNKNOWN = 8
MIN_ROWS = 4096
"""Rows that a layer is looked at, at least: of these the larger number."""
_DAMPING = 0.01


@dataclass(frozen=True)
class Moments:
    """Mean and covariance of the inputs u of one output of a layer, by group, in float64.

    Args:
        mean: [groups, d].
        covariance: [groups, d, d]; the Hessian of E |w u - w' u - mean|^2 / 2 by w'.
        rows: How many u they were taken over.
    """

    mean: FloatArray
    covariance: FloatArray
    rows: int

    @property
    def hessian(self) -> FloatArray:
        """The covariance, damped: the more, the fewer rows there were for each unknown.

        What a few samples never show is not known to be harmless.
        """
        return damped(self.covariance, damping(self.rows, self.covariance.shape[1]))


class Hessians:
    """Moments of the inputs of the kernels of a graph, taken when first asked for.

    Layers are measured a bunch at a time, in their order, and a bunch forgets the one before. A
    layer's moments are the same in any bunch.

    Args:
        graph: What the layers stand in.
        x: Samples, without labels.
        rng: Picks positions of images.
    """

    def __init__(self, graph: Graph, x: Mapping[str, Array], rng: np.random.Generator) -> None:
        self._graph = graph
        self._x = x
        self._seed = int(rng.integers(2**63))
        self._kernels = [kernel for kernel in find_kernels(graph) if is_fitted(kernel)]
        self._found: dict[str, Moments] = {}

    def __getitem__(self, kernel: Kernel) -> Moments:
        """The moments of what `kernel` reads; `is_fitted(kernel)` holds."""
        if kernel.name not in self._found:
            names = [one.name for one in self._kernels]
            self._found = self._measure(self._bunch(names.index(kernel.name)))
        return self._found[kernel.name]

    def _bunch(self, first: int) -> list[Kernel]:
        bunch: list[Kernel] = []
        used = 0
        for kernel in self._kernels[first:]:
            groups, unknowns = extents(kernel)
            used += 8 * groups * unknowns**2
            if bunch and used > _BUDGET_BYTES:
                break
            bunch.append(kernel)
        return bunch

    def _measure(self, kernels: Sequence[Kernel]) -> dict[str, Moments]:
        sums = {kernel.name: _Sums(kernel) for kernel in kernels}
        chance = {
            kernel.name: np.random.default_rng([self._seed, number])
            for number, kernel in enumerate(self._kernels)
        }
        count = len(next(iter(self._x.values())))
        read = [kernel.node.inputs[0] for kernel in kernels]
        for values in stream_activations(self._graph, read, self._x, _BATCH):
            for kernel, value in zip(kernels, read, strict=True):
                sums[kernel.name].add(values[value.name], count, chance[kernel.name])
        return {name: one.moments() for name, one in sums.items()}


def is_fitted(kernel: Kernel) -> bool:
    """Whether each output of the layer is one linear function of one window of its input."""
    return kernel.node.op != "conv2d_transpose"


def rows_of(kernel: Kernel, array: FloatArray) -> FloatArray:
    """An array of the kernel's shape as [groups, outputs of a group, d]."""
    groups, unknowns = extents(kernel)
    return kernel.matrix(array).reshape(groups, -1, unknowns)


def damped(covariance: FloatArray, factor: float = 1.0) -> FloatArray:
    """Covariances [groups, d, d] with `factor` hundredths of their mean diagonal added."""
    diagonal = np.diagonal(covariance, axis1=1, axis2=2).mean(1)
    strength = factor * _DAMPING * (diagonal + 1e-4 * diagonal.mean()) + 1e-12
    stronger: FloatArray = covariance + strength[:, None, None] * np.eye(covariance.shape[1])
    return stronger


def damping(rows: int, unknowns: int) -> float:
    """The factor for moments of so many rows."""
    return max(1.0, ROWS_PER_UNKNOWN * unknowns / rows)


def extents(kernel: Kernel) -> tuple[int, int]:
    """Groups, and weights of one output."""
    groups = kernel.node.attrs.get("groups", 1)
    assert isinstance(groups, int)
    return groups, kernel.data.size // kernel.data.shape[kernel.axis]


class _Sums:
    """Running sums over the rows u that a layer reads."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        groups, unknowns = extents(kernel)
        self._first = np.zeros((groups, unknowns))
        self._second = np.zeros((groups, unknowns, unknowns))
        self._rows = 0

    def add(self, x: Array, samples: int, rng: np.random.Generator) -> None:
        """Adds what the layer reads of a batch, of `samples` samples in all."""
        for rows in self._windows(x, samples, rng):
            self._first += rows.sum(1)
            self._second += rows.transpose(0, 2, 1) @ rows
            self._rows += rows.shape[1]

    def moments(self) -> Moments:
        """Mean and covariance of all rows."""
        mean = self._first / self._rows
        covariance = self._second / self._rows - mean[:, :, None] * mean[:, None, :]
        if not np.isfinite(covariance).all():
            raise CompressionError(
                f"prune: layer '{self._kernel.layer}' reads numbers that are not finite"
            )
        return Moments(mean, covariance, self._rows)

    def _windows(self, x: Array, samples: int, rng: np.random.Generator) -> Iterator[FloatArray]:
        """Rows [groups, rows, d] of a batch: of images, a random share that is enough."""
        groups, unknowns = self._first.shape
        if self._kernel.node.op == "dense":
            yield x[None].astype(np.float64)
            return
        windows = window_of(self._kernel).view(x)
        n, _, height, width = windows.shape[:4]
        enough = max(MIN_ROWS, ROWS_PER_UNKNOWN * unknowns)
        each = min(height * width, -(-enough // samples))
        for image in range(n):
            row, column = np.divmod(rng.choice(height * width, each, replace=False), width)
            seen = windows[image][:, row, column].reshape(groups, -1, each, *windows.shape[4:])
            yield np.moveaxis(seen, 2, 1).reshape(groups, each, unknowns).astype(np.float64)


def window_of(kernel: Kernel) -> Window:
    """The window of a convolution."""
    strides, pads, dilations = (
        kernel.node.attrs[name] for name in ("strides", "pads", "dilations")
    )
    return Window(kernel.data.shape[2:], strides, pads, dilations)  # type: ignore[arg-type]
