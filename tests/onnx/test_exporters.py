"""Every op in ONNX: what ONNX Runtime makes of it is what the op's reference says."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import ops
from fastcnn.errors import UnsupportedError
from fastcnn.graph import Graph
from fastcnn.onnx import save
from fastcnn.onnx.exporters import EXPORTERS, WITHOUT
from fastcnn.ops import Builder
from tests.onnx.onnxruntime_run import run_file
from tests.ops.cases import Case, cases
from tests.tolerance import assert_close

onnx = pytest.importorskip("onnx")

OPS = sorted(EXPORTERS)
CASES = [case for op in OPS for case in cases(op)[:6]]
DIFFERENT = {
    "max_pool2d-nan-and-infinity": "loses NaN, and starts from the lowest float",
    "global_max_pool2d-nan-and-infinity": "the same",
    "gelu-7tanh": "rounds 1 + tanh, of numbers close to -1, to float32",
}
"""Where ONNX Runtime gives something else, or refuses, and why."""
OPSETS = (18, 20, onnx.defs.onnx_opset_version())
NEWER = {"gelu": 20}


def is_comparable(case: Case) -> bool:
    """Whether ONNX Runtime runs the case; of LRN it has the odd sizes, on images."""
    if case.op == "local_response_norm":
        return case.attrs["size"] % 2 == 1 and case.make(np.random.default_rng())[0].ndim == 4
    return str(case) not in DIFFERENT


def graph_of(case: Case, arrays: list[np.ndarray]) -> Graph:
    """The op alone, its batch open."""
    g = Builder()
    inputs = [
        g.input(
            f"x{i}",
            (None, *array.shape[1:]) if i in case.batched else array.shape,
            array.dtype.name,
        )
        for i, array in enumerate(arrays)
    ]
    return g.build(g.apply_all(case.op, *inputs, **case.attrs))


def test_every_op_has_an_exporter_or_a_reason():
    assert set(EXPORTERS) | set(WITHOUT) == set(ops.names())
    assert set(EXPORTERS) & set(WITHOUT) == set()


def test_every_exporter_is_tried():
    assert {case.op for case in CASES} == set(OPS)


@pytest.mark.parametrize("case", list(filter(is_comparable, CASES)), ids=str)
def test_onnx_runtime_gives_what_the_reference_gives(case, rng, tmp_path):
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays)
    feeds = {value.name: array for value, array in zip(graph.inputs, arrays, strict=True)}

    save(graph, tmp_path / "op.onnx")
    outputs = run_file(tmp_path / "op.onnx", feeds)

    exact = ops.evaluate(graph, feeds)
    for value in graph.outputs:
        output = outputs[value.name]
        assert output.dtype == value.type.dtype
        assert_close(output, exact[value.name], reduction=case.reduction, what=str(case))


@pytest.mark.parametrize("opset", OPSETS)
@pytest.mark.parametrize("op", sorted(set(OPS) - {"onnx_reference"}))  # it has an opset of its own
def test_every_opset_is_written(op, opset, rng, tmp_path):
    case = cases(op)[0]
    graph = graph_of(case, case.inputs(rng))

    if opset < NEWER.get(op, 0):
        with pytest.raises(UnsupportedError, match=f"opset {NEWER[op]}, opset={opset} was asked"):
            save(graph, tmp_path / "op.onnx", opset=opset)
        return
    save(graph, tmp_path / "op.onnx", opset=opset)

    model = onnx.load(tmp_path / "op.onnx")
    assert [entry.version for entry in model.opset_import] == [opset]
