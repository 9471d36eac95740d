"""Attributes that come as inputs stay inputs in ONNX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastcnn import ops
from fastcnn.onnx import load, save
from fastcnn.ops import Builder
from tests.onnx.onnxruntime_run import run_file
from tests.tolerance import assert_close

pytest.importorskip("onnx")

CASES: dict[str, tuple[tuple[int, ...], list[list[int]], dict[str, Any]]] = {
    "reshape": ((2, 3, 5), [[0, -1]], {}),
    "expand": ((3, 1), [[2, 1, 4]], {}),
    "tile": ((2, 3), [[2, 3]], {}),
    "slice": ((2, 5), [[1], [4]], {"axis": 1, "step": 2}),
    "slice stop": ((2, 5), [[-1]], {"axis": 1, "start": 1}),
    "slice start": ((2, 5), [[1]], {"axis": 1, "stop": 4}),
    "pad": ((2, 3), [[0, 1, 1, 0]], {"mode": "constant", "value": 0.5}),
    "resize": ((1, 2, 3, 4), [[1, 2, 5, 6]], {"mode": "linear"}),
    "reduce_sum": ((2, 3, 4), [[0, 2]], {"keepdims": 1}),
    "top_k": ((2, 7), [[3]], {"axis": 1, "largest": 1, "sorted": 1}),
}


@pytest.mark.parametrize("name", CASES)
def test_late_attributes(name, tmp_path, rng):
    shape, late, attrs = CASES[name]
    g = Builder()
    inputs = [
        g.input("x", shape),
        *(g.input(f"a{i}", (len(n),), "int64") for i, n in enumerate(late)),
    ]
    graph = g.build(g.apply_all(name.split()[0], *inputs, **attrs))
    feeds: dict[str, np.ndarray] = {f"a{i}": np.array(n) for i, n in enumerate(late)}
    feeds["x"] = rng.standard_normal(shape).astype(np.float32)

    save(graph, tmp_path / "op.onnx")

    exact = ops.evaluate(graph, feeds)
    outputs = run_file(tmp_path / "op.onnx", feeds)
    again = ops.evaluate(load(tmp_path / "op.onnx").graph, feeds)
    for value in graph.outputs:
        assert_close(outputs[value.name], exact[value.name], reduction=8)
        assert_close(again[value.name], exact[value.name], reduction=8)
