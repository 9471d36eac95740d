"""Operators that only the package onnx can run."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import onnx
from onnx import TensorProto, helper

from tests.ops.cases.case import Case, each
from tests.ops.cases.makers import normal


def single_node(operator: str, inputs: int, opset: int = 17, **attrs: object) -> str:
    """The attribute `model` of an op that runs one operator."""
    names = [str(i) for i in range(inputs)]
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["y0"], **attrs)],
        "node",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names],
        [onnx.ValueInfoProto(name="y0")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    return base64.b64encode(model.SerializeToString()).decode("ascii")


def cases() -> Iterator[Case]:
    model = single_node("Hardmax", 1, axis=1)
    yield Case("onnx_reference", "hardmax", each(normal(3, 7)), {"model": model}, (0,))
    model = single_node("Det", 1)
    yield Case("onnx_reference", "det", each(normal(3, 2, 2)), {"model": model}, (0,), 4)
