"""Operators that only the package onnx can run go back into a file as they came."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from fastcnn.errors import UnsupportedError
from fastcnn.onnx import load, save
from tests.onnx.onnxruntime_run import run_file

onnx = pytest.importorskip("onnx")
helper = onnx.helper


def node_file(path, operator: str, opset: int, inputs: list[str], **attrs) -> None:
    x = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, (2, 3))
    y = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, (2, 3))
    axis = onnx.numpy_helper.from_array(np.array(1), "axis")
    node = helper.make_node(operator, inputs, ["y"], **attrs)
    graph = helper.make_graph([node], "g", [x], [y], [axis])
    imports = [helper.make_opsetid("", opset)]
    onnx.save(helper.make_model(graph, opset_imports=imports, ir_version=9), path)


def load_quietly(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load(path)


def test_a_node_goes_back_with_its_constants(tmp_path):
    node_file(tmp_path / "a.onnx", "CumSum", 18, ["x", "axis"], reverse=1)
    x = np.arange(6, dtype=np.float32).reshape(2, 3)

    model = load_quietly(tmp_path / "a.onnx")
    save(model, tmp_path / "b.onnx")

    assert "onnx_reference" in {node.op for node in model.graph.nodes}
    (y,) = run_file(tmp_path / "b.onnx", {"x": x}).values()
    np.testing.assert_array_equal(y, x[:, ::-1].cumsum(axis=1)[:, ::-1])
    written = onnx.load(tmp_path / "b.onnx").graph.node
    assert [node.op_type for node in written] == ["CumSum"]


def test_a_node_that_a_newer_opset_has_changed_asks_for_its_own(tmp_path):
    node_file(tmp_path / "a.onnx", "EyeLike", 21, ["x"])

    model = load_quietly(tmp_path / "a.onnx")

    save(model, tmp_path / "b.onnx", opset=21)
    with pytest.raises(UnsupportedError, match="opset=21"):
        save(model, tmp_path / "b.onnx", opset=22)
