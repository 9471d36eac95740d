"""Convolutions and matrix products."""

from __future__ import annotations

from typing import Any

from fastcnn.graph import Node
from fastcnn.onnx.exporters.activation import emit_activated
from fastcnn.onnx.exporters.table import exports, exports_as
from fastcnn.onnx.writer import Writer, names
from fastcnn.ops.attributes import attribute

exports_as("matmul", "MatMul")


@exports("conv2d")
def conv2d(g: Writer, node: Node) -> None:
    x, w, b, *residual = names(node.inputs)
    if not residual:
        emit_activated(g, node, "Conv", x, w, b, **_window(node))
        return
    y = g.step(node, "Conv", x, w, b, **_window(node))
    emit_activated(g, node, "Add", y, *residual)


@exports("conv2d_transpose")
def conv2d_transpose(g: Writer, node: Node) -> None:
    padding = attribute(node, "output_padding")
    inputs = names(node.inputs)
    emit_activated(g, node, "ConvTranspose", *inputs, output_padding=padding, **_window(node))


@exports("dense")
def dense(g: Writer, node: Node) -> None:
    emit_activated(g, node, "Gemm", *names(node.inputs))


def _window(node: Node) -> dict[str, Any]:
    return {
        "kernel_shape": node.inputs[1].shape[2:],
        "strides": attribute(node, "strides"),
        "pads": attribute(node, "pads"),
        "dilations": attribute(node, "dilations"),
        "group": attribute(node, "groups"),
    }
