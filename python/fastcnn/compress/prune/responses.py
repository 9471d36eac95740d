"""What layers answer to samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fastcnn.compress.activations import stream_activations
from fastcnn.compress.prune.kernel import Kernel, find_kernels
from fastcnn.graph import Graph
from fastcnn.typing import Array, FloatArray

_BATCH = 16


@dataclass(frozen=True)
class Response:
    """Means over samples and positions of a layer's output, behind its activation, by channel.

    Args:
        magnitude: E |y|.
        active: Share of y that is not zero.
    """

    magnitude: FloatArray
    active: FloatArray


def measure_responses(graph: Graph, x: Mapping[str, Array]) -> dict[str, Response]:
    """The responses of the layers of every kernel, by the name of the kernel."""
    kernels = list(find_kernels(graph))
    responses = {kernel.name: kernel.response for kernel in kernels}
    totals = {kernel.name: np.zeros((2, kernel.data.shape[kernel.axis])) for kernel in kernels}
    for values in stream_activations(graph, responses.values(), x, _BATCH):
        for kernel in kernels:
            y = values[responses[kernel.name].name]
            totals[kernel.name] += len(y) * np.stack(
                [_mean(kernel, np.abs(y)), _mean(kernel, y != 0)]
            )
    count = len(next(iter(x.values())))
    return {name: Response(*(total / count)) for name, total in totals.items()}


def _mean(kernel: Kernel, y: Array) -> FloatArray:
    """By index of the kernel's channel axis; a transposed convolution has one for all groups."""
    axes = tuple(axis for axis in range(y.ndim) if axis != 1)
    channels: FloatArray = y.mean(axes, np.float64)
    means: FloatArray = channels.reshape(-1, kernel.data.shape[kernel.axis]).mean(0)
    return means
