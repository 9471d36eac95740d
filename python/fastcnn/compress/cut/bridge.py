"""A fitted 1x1 convolution in place of what is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from fastcnn.compress.activations import activations
from fastcnn.compress.cut.least_squares import MIN_ROWS, least_squares
from fastcnn.compress.cut.units import KERNELS, Unit
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph, Node, Traits, Type, Value
from fastcnn.passes import infer
from fastcnn.typing import Array, Attributes

_ACTIVATIONS = ("relu", "leaky_relu", "clip", "sigmoid", "tanh", "dropout")


def bridged(
    graph: Graph, unit: Unit, x: Mapping[str, Array], rng: np.random.Generator
) -> tuple[Graph, str]:
    """The graph with one 1x1 convolution from the entry of `unit` to its exit, and words for it.

        minimise over w, b   sum over samples and positions |w u[s i, s j] + b - t[i, j]|^2

    u is the entry, t the exit ahead of its activation, which stays; s are the strides that bring
    the height and the width of u to those of t.

    Args:
        graph: The whole graph.
        unit: Of images [N, C, H, W].
        x: Samples to fit on.
        rng: Picks positions.

    Raises:
        CompressionError: No strides do that, or the convolution would be larger than the unit.
    """
    cut = list(unit.nodes)
    while cut[-1].op in _ACTIVATIONS and cut[-1].inputs[0].name != unit.entry.name:
        cut.pop()
    end = cut[-1].output
    if unit.entry.type.rank != 4 or end.type.rank != 4:
        raise CompressionError("a 1x1 convolution leads from images to images only")
    found = activations(graph, [unit.entry, end], x)
    u, t = found[unit.entry.name], found[end.name]
    strides = (_stride(u.shape[2], t.shape[2]), _stride(u.shape[3], t.shape[3]))
    inputs, outputs = u.shape[1], t.shape[1]
    size = sum(
        value.data.size
        for node in cut
        if node.op in KERNELS
        for value in node.inputs
        if value.data is not None
    )
    if (inputs + 1) * outputs >= size:
        raise CompressionError("a 1x1 convolution in its place would hold as many weights")

    u = u[:, :, :: strides[0], :: strides[1]]
    rows = t.shape[0] * t.shape[2] * t.shape[3]
    chosen = rng.choice(rows, min(rows, max(MIN_ROWS, 2 * inputs)), replace=False)
    i, row, column = np.unravel_index(chosen, (t.shape[0], *t.shape[2:]))
    w, b = least_squares(u[i, :, row, column], t[i, :, row, column])
    name = f"{unit.nodes[0].name}/bridge"
    kernel = np.ascontiguousarray(w.T).reshape(outputs, inputs, 1, 1)
    attrs: Attributes = {"strides": strides, "pads": (0, 0, 0, 0), "dilations": (1, 1), "groups": 1}
    parameters = (_parameter(f"{name}/kernel", kernel), _parameter(f"{name}/bias", b))
    bridge = Node(name, "conv2d", (unit.entry, *parameters), (end,), attrs, f"{unit.name} (bridge)")
    gone = {node.name for node in cut}
    nodes = [
        bridge if node.name == cut[-1].name else node
        for node in graph.nodes
        if node.name not in gone or node.name == cut[-1].name
    ]
    strided = "" if strides == (1, 1) else f" of strides {strides[0]}x{strides[1]}"
    return infer(replace(graph, nodes=tuple(nodes))), f"a 1x1 convolution{strided} in its place"


def _stride(before: int, after: int) -> int:
    """The stride that leaves `after` of `before` pixels."""
    for stride in range(1, before + 1):
        if (before - 1) // stride + 1 == after:
            return stride
    raise CompressionError(f"no stride of a 1x1 convolution leaves {after} of {before} pixels")


def _parameter(name: str, data: Array) -> Value:
    return Value(name, Type(tuple(data.shape), "float32"), data, Traits())
