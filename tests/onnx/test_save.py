"""Whole models as ONNX files."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcnn import compress, layers, models, ops, passes
from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.graph import Graph, file
from fastcnn.layers import build_graph
from fastcnn.onnx import load, save
from fastcnn.ops import Builder
from tests.compress.compress_nets import make_net, recipes
from tests.layers.layer_cases import CASES
from tests.models.nets import blobs, compile_model, residual, small, train
from tests.onnx.onnxruntime_run import run_file
from tests.tolerance import assert_close

onnx = pytest.importorskip("onnx")

LONGEST_SUM = 2000


def check_file(graph: Graph, path: Path, rng: np.random.Generator, batch: int = 3) -> None:
    """Fails unless ONNX Runtime, and what `load` reads, make of the file what the graph gives."""
    onnx.checker.check_model(path, full_check=True)
    feeds = {
        value.name: rng.standard_normal((batch, *value.shape[1:])).astype(np.float32)
        for value in graph.inputs
    }
    exact = ops.evaluate(graph, feeds)
    again = ops.evaluate(load(path).graph, feeds)
    for name, output in run_file(path, feeds).items():
        assert_close(output, exact[name], reduction=LONGEST_SUM, what=name)
        assert_close(again[name], exact[name], reduction=LONGEST_SUM, what=f"{name}, loaded")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_layer(case, tmp_path, rng):
    inputs, output = case.model()
    graph = build_graph(inputs, [output])

    save(graph, tmp_path / "layer.onnx")

    check_file(graph, tmp_path / "layer.onnx", rng)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(recipe=recipes(), seed=st.integers(0, 2**31), fused=st.booleans())
def test_random_networks_as_they_are_and_fused_for_inference(recipe, seed, fused, tmp_path):
    graph = make_net(**recipe, seed=seed)
    if fused:
        graph, _ = passes.for_inference(graph, check=False)

    save(graph, tmp_path / "net.onnx")

    check_file(graph, tmp_path / "net.onnx", np.random.default_rng(seed))


def compressed(kind: str) -> models.Model:
    model = small()
    train(model)
    if kind == "weights":
        return compress.prune(model, sparsity=0.8, structure="weight")
    if kind == "channels":
        return compress.prune(model, sparsity=0.5, structure="channel")
    if kind == "fuse":
        other = small(seed=2)
        train(other)
        return compress.fuse([model, other], data=blobs())
    return compress.cut(compile_model(residual()), layers=1, data=blobs())


@pytest.mark.parametrize("kind", ["weights", "channels", "fuse", "cut"])
def test_compressed_models(kind, tmp_path, rng):
    model = compressed(kind)

    save(model, tmp_path / "small.onnx")

    check_file(model.graph, tmp_path / "small.onnx", rng)
    written = onnx.load(tmp_path / "small.onnx")
    assert written.doc_string == "\n".join(record.text for record in model.records) != ""


def test_names_data_and_the_open_batch_are_kept(tmp_path):
    graph = residual().graph

    save(graph, tmp_path / "model.onnx")

    written = onnx.load(tmp_path / "model.onnx")
    stored = {one.name: onnx.numpy_helper.to_array(one) for one in written.graph.initializer}
    for name, value in graph.parameters.items():
        np.testing.assert_array_equal(stored[name], value.data)
    assert [one.name for one in written.graph.input] == [value.name for value in graph.inputs]
    assert [one.name for one in written.graph.output] == [value.name for value in graph.outputs]
    defined = {name for node in written.graph.node for name in node.output}
    assert {value.name for node in graph.nodes for value in node.outputs} <= defined
    assert {node.name for node in graph.nodes} <= {node.name for node in written.graph.node}
    for end in (*written.graph.input, *written.graph.output):
        assert end.type.tensor_type.shape.dim[0].dim_param == "N"
    assert written.producer_name == "fastcnn"


def test_only_the_batch_is_called_the_batch(tmp_path):
    g = Builder()
    x = g.input("x", (None, 3, None, 4))
    rows = g.apply("reshape", x, shape=(-1, 4), name="rows")
    graph = g.build([g.apply("relu", x, name="y"), rows])

    save(graph, tmp_path / "open.onnx")

    written = onnx.load(tmp_path / "open.onnx").graph
    extents = {
        end.name: [dim.dim_value or dim.dim_param for dim in end.type.tensor_type.shape.dim]
        for end in (*written.input, *written.output)
    }
    assert extents == {"x": ["N", 3, "x.2", 4], "y": ["N", 3, "", 4], "rows": ["", 4]}


def test_an_input_or_a_constant_may_be_an_output(tmp_path):
    g = Builder()
    x = g.input("x", (None, 2))
    c = g.constant("c", np.arange(3, dtype=np.float32))
    graph = g.build([x, c, g.apply("relu", x, name="y")])

    save(graph, tmp_path / "ends.onnx")

    given_x = np.float32([[1, -2]])
    outputs = run_file(tmp_path / "ends.onnx", {"x": given_x})
    np.testing.assert_array_equal(outputs["x"], given_x)
    np.testing.assert_array_equal(outputs["c"], np.arange(3))
    np.testing.assert_array_equal(outputs["y"], [[1, 0]])


def test_numbers_in_a_file_of_their_own(tmp_path, rng):
    model = wide()

    save(model, tmp_path / "wide.onnx", external_data=True)

    (data,) = tmp_path.glob("wide.onnx.*.data")
    assert (tmp_path / "wide.onnx").stat().st_size < 4000
    assert data.stat().st_size % 4096 == 0
    check_file(model.graph, tmp_path / "wide.onnx", rng)


def test_a_new_model_leaves_the_numbers_of_the_old_one_alone(tmp_path):
    old, new = wide(), wide()
    new.set_weights([2 * weights for weights in new.get_weights()])

    save(old, tmp_path / "wide.onnx", external_data=True)
    (before,) = tmp_path.glob("*.data")
    content = before.read_bytes()
    save(new, tmp_path / "wide.onnx", external_data=True)

    assert before.read_bytes() == content
    assert len(list(tmp_path.glob("*.data"))) == 2


def test_more_than_one_file_can_hold_goes_outside(tmp_path, monkeypatch, rng):
    model = wide()
    monkeypatch.setattr(sys.modules[save.__module__], "LARGEST_FILE", 10_000)

    save(model, tmp_path / "wide.onnx")

    assert len(list(tmp_path.glob("*.data"))) == 1
    check_file(model.graph, tmp_path / "wide.onnx", rng)


def wide() -> models.Model:
    model = models.Sequential(name="wide")
    model.add(layers.Dense(64, activation="relu", input_shape=(50,)))
    model.add(layers.Dense(30))
    return model


def test_a_training_graph_is_refused(tmp_path):
    graph = passes.prepare_training(residual().graph)

    with pytest.raises(UnsupportedError, match="training"):
        save(graph, tmp_path / "step.onnx")
    assert list(tmp_path.iterdir()) == []


def test_an_op_of_training_is_refused_by_name(tmp_path):
    g = Builder()
    graph = g.build([g.apply("channel_sum", g.input("x", (2, 3)), name="total")])

    with pytest.raises(UnsupportedError, match=r"'total' \(channel_sum\).*training"):
        save(graph, tmp_path / "sum.onnx")


@pytest.mark.parametrize("opset", [17, 1000])
def test_an_opset_outside_the_limits_is_refused(opset, tmp_path):
    with pytest.raises(InvalidValueError, match=f"opset={opset} is not from 18 to"):
        save(small(), tmp_path / "small.onnx", opset=opset)


def test_without_the_package_the_remedy_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)

    with pytest.raises(UnsupportedError, match=r"pip install 'fastcnn\[onnx\]'"):
        save(small(), tmp_path / "small.onnx")


def test_a_folder_that_is_not_there_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        save(small(), tmp_path / "nowhere" / "small.onnx")


def test_the_file_of_ours_holds_the_same_graph_afterwards(tmp_path):
    model = small()
    before = file.serialize(model.graph)

    save(model, tmp_path / "small.onnx")

    assert file.serialize(model.graph) == before
