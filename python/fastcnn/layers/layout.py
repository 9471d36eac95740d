"""Between the order of axes users see and the order inside graphs.

Images and their weights:

    what                        user                     graph
    image                       [N, H, W, C]             [N, C, H, W]
    kernel                      [KH, KW, C/groups, OC]   [OC, C/groups, KH, KW]
    kernel of a depthwise       [KH, KW, C, M]           [C M, 1, KH, KW]
    kernel of a Conv1D          [K, C/groups, OC]        [OC, C/groups, 1, K]

All else, dense kernels [in, out] among it, is the same in both.
"""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Value
from fastcnn.graph.kernel_names import DEPTHWISE, ROW
from fastcnn.ops import Builder
from fastcnn.typing import Array, Shape

TO_GRAPH = (0, 3, 1, 2)
TO_USER = (0, 2, 3, 1)


def graph_shape(shape: Shape) -> Shape:
    """Shape inside graphs of what users see as `shape`."""
    return tuple(shape[axis] for axis in TO_GRAPH) if len(shape) == 4 else tuple(shape)


def user_shape(shape: Shape) -> Shape:
    """Shape users see for what graphs hold as `shape`."""
    return tuple(shape[axis] for axis in TO_USER) if len(shape) == 4 else tuple(shape)


def graph_axis(axis: int, rank: int) -> int:
    """Axis inside graphs of what users count as `axis`, from the front."""
    return TO_USER[axis] if rank == 4 else axis


def weight_to_graph(name: str, data: Array) -> Array:
    """A weight in the graph's order from the user's."""
    if name.endswith(ROW) and data.ndim == 3:
        return np.ascontiguousarray(data.transpose(2, 1, 0)[:, :, None])
    if data.ndim != 4:
        return data
    if name.endswith(DEPTHWISE):
        height, width, channels, multiplier = data.shape
        rows = data.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
        return np.ascontiguousarray(rows)
    return np.ascontiguousarray(data.transpose(3, 2, 0, 1))


def weight_to_user(name: str, data: Array, channels: int | None = None) -> Array:
    """A weight in the user's order from the graph's.

    Args:
        name: Name of the weight.
        data: Its numbers.
        channels: For the kernel of a depthwise convolution, the channels of its input.
    """
    if data.ndim != 4:
        return data
    if name.endswith(ROW):
        return np.ascontiguousarray(data[:, :, 0].transpose(2, 1, 0))
    if name.endswith(DEPTHWISE):
        outputs, _, height, width = data.shape
        inputs = channels or outputs
        rows = data.reshape(inputs, outputs // inputs, height, width)
        return np.ascontiguousarray(rows.transpose(2, 3, 0, 1))
    return np.ascontiguousarray(data.transpose(2, 3, 1, 0))


def emit_input(g: Builder, name: str, shape: Shape) -> tuple[Value, Value]:
    """A graph input in the user's order, and the value in the graph's order made from it."""
    given = g.input(name, shape)
    if len(shape) != 4:
        return given, given
    return given, g.apply("transpose", given, name=f"{name}/to_nchw", layer=name, perm=TO_GRAPH)


def emit_output(g: Builder, value: Value, layer: str) -> Value:
    """`value` in the user's order."""
    if value.type.rank != 4:
        return value
    return g.apply("transpose", value, name=f"{layer}/to_nhwc", layer=layer, perm=TO_USER)
