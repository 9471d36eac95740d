"""Elementwise ops."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Node
from fastcnn.onnx.exporters.activation import emit_activated, emit_clip
from fastcnn.onnx.exporters.table import exports, exports_as
from fastcnn.onnx.writer import Writer, names
from fastcnn.ops.attributes import attribute

for _op, _op_type in {
    "relu": "Relu",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "subtract": "Sub",
    "multiply": "Mul",
    "divide": "Div",
    "minimum": "Min",
    "maximum": "Max",
    "power": "Pow",
    "prelu": "PRelu",
    "equal": "Equal",
    "greater": "Greater",
    "greater_or_equal": "GreaterOrEqual",
    "less": "Less",
    "less_or_equal": "LessOrEqual",
    "logical_and": "And",
    "logical_or": "Or",
    "logical_xor": "Xor",
    "logical_not": "Not",
    "where": "Where",
    "abs": "Abs",
    "negative": "Neg",
    "sign": "Sign",
    "floor": "Floor",
    "ceil": "Ceil",
    "round": "Round",
    "reciprocal": "Reciprocal",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "erf": "Erf",
    "sin": "Sin",
    "cos": "Cos",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "mish": "Mish",
    "hard_swish": "HardSwish",
}.items():
    exports_as(_op, _op_type)

exports_as("leaky_relu", "LeakyRelu", "alpha")
exports_as("elu", "Elu", "alpha")
exports_as("selu", "Selu", "alpha", "gamma")
exports_as("hard_sigmoid", "HardSigmoid", "alpha", "beta")
exports_as("gelu", "Gelu", "approximate", since=20)


@exports("add")
def add(g: Writer, node: Node) -> None:
    emit_activated(g, node, "Add", *names(node.inputs))


@exports("clip")
def clip(g: Writer, node: Node) -> None:
    emit_clip(g, node, node.inputs[0].name, attribute(node, "low"), attribute(node, "high"))


@exports("scale")
def scale(g: Writer, node: Node) -> None:
    (x,) = names(node.inputs)
    g.emit(node, "Mul", x, _number(g, node, "factor"))


@exports("swish")
def swish(g: Writer, node: Node) -> None:
    (x,) = names(node.inputs)
    inner = x if attribute(node, "beta") == 1 else g.step(node, "Mul", x, _number(g, node, "beta"))
    g.emit(node, "Mul", x, g.step(node, "Sigmoid", inner))


@exports("cast")
def cast(g: Writer, node: Node) -> None:
    g.emit(node, "Cast", to=g.element_type(str(attribute(node, "dtype"))))


@exports("dropout")
def dropout(g: Writer, node: Node) -> None:
    (x,) = names(node.inputs)
    g.emit(node, "Dropout", x, _number(g, node, "rate"), seed=attribute(node, "seed"))


def _number(g: Writer, node: Node, name: str) -> str:
    dtype = np.dtype(node.output.type.dtype)
    return g.constant(node, name, np.array(attribute(node, name), dtype))
