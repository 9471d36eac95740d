"""The activation at the end of a node."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastcnn.graph import Node
from fastcnn.onnx.writer import Writer
from fastcnn.ops.attributes import attribute


def emit_activated(g: Writer, node: Node, op_type: str, *inputs: str, **attrs: Any) -> None:
    """As `Writer.emit`, with what the attribute `activation` of `node` says behind it."""
    activation = attribute(node, "activation")
    if activation == "linear":
        g.emit(node, op_type, *inputs, **attrs)
        return
    before = g.step(node, op_type, *inputs, **attrs)
    if activation == "relu":
        g.emit(node, "Relu", before)
    else:
        emit_clip(g, node, before, 0.0, 6.0)


def emit_clip(g: Writer, node: Node, x: str, low: object, high: object) -> None:
    """Appends the ONNX node that clips `x` to the outputs of `node`."""
    dtype = np.dtype(node.output.type.dtype)
    limits = [g.constant(node, "low", np.array(low, dtype))]
    limits.append(g.constant(node, "high", np.array(high, dtype)))
    g.emit(node, "Clip", x, *limits)
