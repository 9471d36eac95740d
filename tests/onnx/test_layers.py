"""Every layer in ONNX: what ONNX Runtime makes of it is what the references say."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.layers import build_graph
from fastcnn.onnx import save
from fastcnn.ops import evaluate
from tests.layers.layer_cases import CASES
from tests.onnx.onnxruntime_run import run_file
from tests.tolerance import assert_close

pytest.importorskip("onnx")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_onnx_runtime_gives_what_the_references_give(case, rng, tmp_path):
    inputs, output = case.model()
    graph = build_graph(inputs, [output])
    feeds = {
        value.name: rng.standard_normal((3, *value.shape[1:]), np.float32) for value in graph.inputs
    }

    save(graph, tmp_path / "layer.onnx")
    outputs = run_file(tmp_path / "layer.onnx", feeds)

    (y,) = graph.outputs
    assert_close(outputs[y.name], evaluate(graph, feeds)[y.name], reduction=64)
