"""Small ONNX models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Extents = Sequence[Any]


def model(
    nodes: Sequence[onnx.NodeProto],
    inputs: dict[str, Extents],
    outputs: Sequence[str] = ("y",),
    weights: dict[str, np.ndarray] | None = None,
    *,
    opset: int = 17,
    kind: int = TensorProto.FLOAT,
    functions: Sequence[onnx.FunctionProto] = (),
) -> onnx.ModelProto:
    """A model of these nodes; outputs declare no shape."""
    graph = helper.make_graph(
        list(nodes),
        "net",
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, kind, None) for name in outputs],
        [numpy_helper.from_array(data, name) for name, data in (weights or {}).items()],
    )
    imports = [helper.make_opsetid("", opset)]
    if functions:
        imports.append(helper.make_opsetid("own", 1))
    return helper.make_model(graph, opset_imports=imports, functions=list(functions), ir_version=8)


def node(operator: str, inputs: str, outputs: str = "y", **attrs: Any) -> onnx.NodeProto:
    """A node; names are separated by blanks, `_` is one left out."""
    names = [["" if name == "_" else name for name in text.split()] for text in (inputs, outputs)]
    return helper.make_node(operator, *names, **attrs)


def small_cnn(batch: int | str = "N", size: int | str = 8) -> onnx.ModelProto:
    """Convolution, normalisation, pools, a residual sum, a shape computed by nodes, dense."""
    rng = np.random.default_rng(0)

    def draw(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.5, shape).astype(np.float32)

    weights = {
        "w1": draw(8, 3, 3, 3),
        "b1": draw(8),
        "scale": draw(8),
        "shift": draw(8),
        "mean": draw(8),
        "variance": np.abs(draw(8)) + 0.5,
        "w2": draw(8, 1, 3, 3),
        "low": np.array(0, np.float32),
        "high": np.array(6, np.float32),
        "zero": np.array([0]),
        "rest": np.array([-1]),
        "w3": draw(5, 8),
        "b3": draw(5),
    }
    nodes = [
        node("Conv", "x w1 b1", "c1", pads=[1, 1, 1, 1]),
        node("BatchNormalization", "c1 scale shift mean variance", "n1"),
        node("Relu", "n1", "r1"),
        node("Conv", "r1 w2", "c2", pads=[1, 1, 1, 1], group=8),
        node("Clip", "c2 low high", "r2"),
        node("Add", "r2 r1", "s"),
        node("GlobalAveragePool", "s", "g"),
        node("Shape", "g", "extents"),
        node("Gather", "extents zero", "n"),
        node("Concat", "n rest", "shape", axis=0),
        node("Reshape", "g shape", "flat"),
        node("Gemm", "flat w3 b3", "logits", transB=1),
        node("Softmax", "logits", "y"),
    ]
    return model(nodes, {"x": [batch, 3, size, size]}, ["y"], weights)
