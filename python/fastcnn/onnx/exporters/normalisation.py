"""Softmax and normalisation."""

from __future__ import annotations

from fastcnn.graph import Node
from fastcnn.onnx.exporters.activation import emit_activated
from fastcnn.onnx.exporters.table import exports, exports_as
from fastcnn.onnx.writer import Writer, names
from fastcnn.ops.attributes import attribute

exports_as("softmax", "Softmax", "axis")
exports_as("log_softmax", "LogSoftmax", "axis")
exports_as("instance_norm", "InstanceNormalization", "epsilon")
exports_as("local_response_norm", "LRN", "size", "alpha", "beta", "bias")


@exports("batch_norm")
def batch_norm(g: Writer, node: Node) -> None:
    numbers = {name: attribute(node, name) for name in ("epsilon", "momentum")}
    emit_activated(g, node, "BatchNormalization", *names(node.inputs), **numbers)
