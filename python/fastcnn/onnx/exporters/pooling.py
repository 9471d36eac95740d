"""Pooling."""

from __future__ import annotations

from typing import Any

from fastcnn.graph import Node
from fastcnn.onnx.exporters.table import exports, exports_as
from fastcnn.onnx.writer import Writer
from fastcnn.ops.attributes import attribute

exports_as("global_average_pool2d", "GlobalAveragePool")
exports_as("global_max_pool2d", "GlobalMaxPool")


@exports("max_pool2d")
def max_pool2d(g: Writer, node: Node) -> None:
    g.emit(node, "MaxPool", **_window(node))


@exports("average_pool2d")
def average_pool2d(g: Writer, node: Node) -> None:
    window = _window(node)
    since = 19 if "dilations" in window else 0
    include = attribute(node, "count_include_pad")
    g.emit(node, "AveragePool", since=since, count_include_pad=include, **window)


def _window(node: Node) -> dict[str, Any]:
    window = {
        "kernel_shape": attribute(node, "kernel_size"),
        "strides": attribute(node, "strides"),
        "pads": _pads(node),
        "ceil_mode": attribute(node, "ceil_mode"),
    }
    dilations = attribute(node, "dilations")
    return window if dilations == (1, 1) else {**window, "dilations": dilations}


def _pads(node: Node) -> tuple[int, ...]:
    """The pads, without the part behind an image that no window reaches.

    Rounding up, opsets before 22 count a window that begins in that part, as no op of ours does.
    """
    pads: tuple[int, ...] = attribute(node, "pads")
    sizes = zip(node.inputs[0].shape[2:], node.output.shape[2:], strict=True)
    ends = []
    for axis, (size, windows) in enumerate(sizes):
        span = attribute(node, "dilations")[axis] * (attribute(node, "kernel_size")[axis] - 1) + 1
        end = pads[2 + axis]
        if size is not None and windows is not None:
            reached = (windows - 1) * attribute(node, "strides")[axis] + span - pads[axis]
            end = min(end, max(reached - size, 0))
        ends.append(end)
    return (*pads[:2], *ends)
