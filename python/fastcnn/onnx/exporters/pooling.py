"""Pooling."""

from __future__ import annotations

from typing import Any

from fastcnn.graph import Node
from fastcnn.onnx.exporters.attributes import attribute
from fastcnn.onnx.exporters.table import exports, exports_as
from fastcnn.onnx.writer import Writer

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
    attrs = node.attrs
    window = {
        "kernel_shape": attrs["kernel_size"],
        "strides": attrs["strides"],
        "pads": attrs["pads"],
        "ceil_mode": attrs.get("ceil_mode", 0),
    }
    if attrs.get("dilations", (1, 1)) != (1, 1):
        window["dilations"] = attrs["dilations"]
    return window
