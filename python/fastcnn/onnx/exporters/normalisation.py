"""Softmax and normalisation."""

from __future__ import annotations

from fastcnn.onnx.exporters.table import exports_as

exports_as("softmax", "Softmax", "axis")
exports_as("log_softmax", "LogSoftmax", "axis")
exports_as("batch_norm", "BatchNormalization", "epsilon", "momentum")
exports_as("instance_norm", "InstanceNormalization", "epsilon")
exports_as("local_response_norm", "LRN", "size", "alpha", "beta", "bias")
