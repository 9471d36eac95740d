"""Models read from ONNX give what ONNX Runtime gives."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import fastcnn as fc
from fastcnn.cli.frame import execute
from fastcnn.cli.main import fastcnn
from fastcnn.errors import FileFormatError, PerformanceWarning, UnsupportedError
from fastcnn.onnx.read.external import read_external
from tests.onnx.nets import model, node, small_cnn
from tests.onnx.onnxruntime_run import run_file

LIMIT = 1e-5
"""Largest difference, as a share of the largest magnitude."""


def assert_like_onnxruntime(proto: onnx.ModelProto, *arrays: np.ndarray) -> None:
    names = [value.name for value in proto.graph.input]
    feeds = dict(zip(names, arrays, strict=True))
    truth = list(run_file(proto.SerializeToString(), feeds).values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerformanceWarning)
        results = fc.compile(fc.onnx.load(proto))(feeds)

    given = list(results.values()) if isinstance(results, dict) else [results]
    for a, b in zip(given, truth, strict=True):
        assert a.shape == b.shape
        assert np.abs(a - b).max() <= LIMIT * np.abs(b).max()


def images(rng, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_small_cnn_runs_at_any_batch(rng, batch):
    assert_like_onnxruntime(small_cnn(), images(rng, batch, 3, 8, 8))


@pytest.mark.parametrize("size", [5, 12])
def test_height_and_width_may_be_open(rng, size):
    assert_like_onnxruntime(small_cnn(size="S"), images(rng, 2, 3, size, size))


def test_inputs_and_outputs_keep_their_names_and_weights_are_parameters():
    graph = fc.onnx.load(small_cnn()).graph

    assert [value.name for value in graph.inputs] == ["x"]
    assert [value.name for value in graph.outputs] == ["y"]
    assert {"w1", "b1", "scale", "mean", "w3", "b3"} <= set(graph.parameters)
    assert not graph.parameters["mean"].is_trainable
    assert graph.parameters["w1"].is_trainable


def test_a_path_bytes_and_a_proto_give_the_same(tmp_path: Path, rng):
    proto, x = small_cnn(), images(rng, 2, 3, 8, 8)
    path = tmp_path / "small.onnx"
    onnx.save(proto, path)

    of_path, of_compile, of_bytes, of_proto = (
        session(x)
        for session in (
            fc.compile(fc.onnx.load(path)),
            fc.compile(path),
            fc.compile(fc.onnx.load(proto.SerializeToString())),
            fc.compile(fc.onnx.load(proto)),
        )
    )

    for other in (of_compile, of_bytes, of_proto):
        np.testing.assert_array_equal(of_path, other)


def test_commands_take_onnx_files(tmp_path: Path, capsys):
    onnx.save(small_cnn(), tmp_path / "small.onnx")

    code = execute(fastcnn, ["inspect", str(tmp_path / "small.onnx")])

    assert code == 0
    assert "conv2d" in capsys.readouterr().out


def test_a_loaded_model_trains_and_is_pruned(rng):
    loaded = fc.onnx.load(small_cnn(size=8))
    x, y = images(rng, 16, 3, 8, 8), rng.integers(0, 5, 16)
    before = loaded.graph.parameters["w1"].data.copy()

    loaded.compile("sgd", "sparse_categorical_crossentropy")
    loaded.fit(x, y, epochs=1, verbose=0)
    pruned = fc.compress.prune(loaded, sparsity=0.5, structure="weight")

    assert not np.array_equal(before, loaded.graph.parameters["w1"].data)
    assert np.mean(pruned.graph.parameters["w1"].data == 0) > 0.2


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16])
def test_weights_of_other_float_types_are_widened(kind):
    w = np.arange(8, dtype=np.float32).reshape(4, 2)
    tensor = helper.make_tensor("w", kind, w.shape, w.reshape(-1))
    proto = model([node("MatMul", "x w")], {"x": ["N", 4]}, kind=kind)
    proto.graph.initializer.append(tensor)

    result = fc.compile(fc.onnx.load(proto))(np.eye(4, dtype=np.float32))

    np.testing.assert_array_equal(result, w)
    assert result.dtype == np.float32


def test_weights_in_other_files_are_read(tmp_path: Path, rng):
    proto, x = small_cnn(), images(rng, 1, 3, 8, 8)
    path = tmp_path / "outside.onnx"
    truth = fc.compile(fc.onnx.load(proto))(x)
    onnx.save(proto, path, save_as_external_data=True, location="w.bin", size_threshold=0)

    np.testing.assert_array_equal(fc.compile(path)(x), truth)


def test_weights_in_other_files_need_the_path(tmp_path: Path):
    path = tmp_path / "outside.onnx"
    onnx.save(small_cnn(), path, save_as_external_data=True, location="w.bin", size_threshold=0)

    with pytest.raises(FileFormatError, match="load the model by its path"):
        fc.onnx.load(path.read_bytes())


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"location": "../secret"}, "outside the model's folder"),
        ({"location": "/etc/passwd"}, "no path below"),
        ({"location": ""}, "no path below"),
        ({"location": "link"}, "outside the model's folder"),
        ({"location": "gone"}, "no file"),
        ({"location": "data", "offset": "12"}, "truncated"),
        ({"location": "data", "offset": "-4"}, "offset"),
        ({"location": "data", "length": "9" * 30}, "length"),
        ({"location": "data", "length": "4"}, "asks for 8"),
    ],
)
def test_external_data_stays_in_its_folder_and_its_file(tmp_path: Path, entries, message):
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(bytes(64))
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "data").write_bytes(bytes(16))

    with pytest.raises(FileFormatError, match=message):
        read_external(folder, entries, 8, "the tensor 'w'")


def test_initializers_that_are_inputs_too_are_constants(rng):
    proto = small_cnn()
    proto.graph.input.append(helper.make_tensor_value_info("w1", TensorProto.FLOAT, [8, 3, 3, 3]))

    assert [value.name for value in fc.onnx.load(proto).graph.inputs] == ["x"]


def test_an_input_without_a_shape_takes_the_rank_of_the_weights(rng):
    proto = small_cnn()
    proto.graph.input[0].type.tensor_type.ClearField("shape")

    loaded = fc.onnx.load(proto)

    assert loaded.graph.inputs[0].shape == (None, None, None, None)
    assert fc.compile(loaded)(images(rng, 1, 3, 8, 8)).shape == (1, 5)


def test_shapes_may_be_given(rng):
    proto = model([node("Relu", "x")], {"x": [1]})
    proto.graph.input[0].type.tensor_type.ClearField("shape")

    with pytest.raises(UnsupportedError, match="has no shape; give one"):
        fc.onnx.load(proto)

    assert fc.onnx.load(proto, shapes={"x": (None, 7)}).graph.outputs[0].shape == (None, 7)


def test_functions_of_the_file_are_opened(rng):
    body = [
        helper.make_node("Elu", ["a"], ["e"]),
        helper.make_node("Add", ["e", "b"], ["c"]),
    ]
    body[0].attribute.append(onnx.AttributeProto(name="alpha", ref_attr_name="slope", type=1))
    function = helper.make_function(
        "own", "EluAdd", ["a", "b"], ["c"], body, [helper.make_opsetid("", 17)], ["slope"]
    )
    call = node("EluAdd", "x x", slope=0.5)
    call.domain = "own"

    assert_like_onnxruntime(model([call], {"x": ["N", 4]}, functions=[function]), images(rng, 3, 4))


def test_nodes_may_stand_in_any_order(rng):
    proto = model([node("Relu", "b"), node("Neg", "x", "b")], {"x": ["N", 4]})

    y = fc.compile(fc.onnx.load(proto))(np.full((1, 4), -2, np.float32))

    np.testing.assert_array_equal(y, np.full((1, 4), 2))


def test_outputs_may_be_inputs_constants_and_given_twice(rng):
    proto = model(
        [node("Neg", "x", "a"), node("Identity", "a", "b")],
        {"x": [2, 2]},
        ["x", "w", "a", "b"],
        {"w": np.ones((3,), np.float32)},
    )
    x = images(rng, 2, 2)

    given = fc.compile(fc.onnx.load(proto))(x)

    assert list(given) == ["x", "w", "a", "b"] or len(given) == 4
    for result, truth in zip(given.values(), (x, np.ones(3), -x, -x), strict=True):
        np.testing.assert_array_equal(result, truth)


def test_channels_last_graphs_lose_their_transposes(rng):
    weights = {
        "w1": images(rng, 4, 3, 3, 3),
        "w2": images(rng, 4, 4, 3, 3),
        "bias": images(rng, 4),
        "axes": np.array([1, 2]),
    }
    to, back = [0, 3, 1, 2], [0, 2, 3, 1]
    proto = model(
        [
            node("Transpose", "x", "t1", perm=to),
            node("Conv", "t1 w1", "c1", auto_pad="SAME_UPPER", strides=[2, 2]),
            node("Transpose", "c1", "t2", perm=back),
            node("Add", "t2 bias", "a"),
            node("Relu", "a", "r"),
            node("Transpose", "r", "t3", perm=to),
            node("Conv", "t3 w2", "c2", auto_pad="SAME_LOWER"),
            node("Transpose", "c2", "t4", perm=back),
            node("Add", "t4 r", "s"),
            node("ReduceMean", "s", "y", axes=[1, 2], keepdims=0),
        ],
        {"x": ["N", 9, 9, 3]},
        weights=weights,
    )

    assert_like_onnxruntime(proto, images(rng, 2, 9, 9, 3))
    ran = [node.op for node in fc.compile(fc.onnx.load(proto)).graph.nodes]
    assert ran.count("transpose") == 1
    assert ran.count("conv2d") == 2
    assert "add" not in ran


def test_an_operator_without_an_op_runs_on_its_reference_and_is_told_of(rng):
    proto = model([node("Hardmax", "x", "h"), node("Relu", "h")], {"x": ["N", 5]})

    with pytest.warns(PerformanceWarning, match="Hardmax"):
        loaded = fc.onnx.load(proto)
    with pytest.warns(PerformanceWarning, match="onnx_reference"):
        session = fc.compile(loaded)

    np.testing.assert_array_equal(session(np.eye(5, dtype=np.float32)), np.eye(5))
    rows = {row["operator"]: row["runs"] for row in fc.onnx.coverage(proto).rows}
    assert rows == {"Hardmax": "on its NumPy reference", "Relu": "converted"}


def test_strict_refuses_references():
    proto = model([node("Hardmax", "x")], {"x": ["N", 5]})

    with pytest.raises(UnsupportedError, match=r"Hardmax.*strict=False"):
        fc.onnx.load(proto, strict=True)


@pytest.mark.parametrize(
    ("proto", "message"),
    [
        (model([node("Relu", "x")], {"x": [1]}, opset=5), "opset 5, read are 6 to"),
        (model([node("Nothing", "x")], {"x": [1]}), "'y' .Nothing.: has no converter"),
        (model([node("Relu", "x")], {"x": [1]}, kind=TensorProto.STRING), "type string"),
        (
            model(
                [node("BatchNormalization", "x s s s s", training_mode=1)],
                {"x": [1, 2, 3, 3]},
                weights={"s": np.ones(2, np.float32)},
            ),
            "training form",
        ),
    ],
    ids=["old opset", "unknown operator", "text", "training"],
)
def test_what_is_not_read_is_refused_with_the_reason(proto, message):
    with pytest.raises(UnsupportedError, match=message):
        fc.onnx.load(proto)


def test_constants_of_every_form(rng):
    forms = {
        "value": numpy_helper.from_array(np.array([1.0, 2.0], np.float32)),
        "value_float": 2.0,
        "value_floats": [1.0, 3.0],
    }
    nodes = [helper.make_node("Constant", [], [key], **{key: form}) for key, form in forms.items()]
    proto = model([*nodes, node("Sum", " ".join(["x", *forms]))], {"x": ["N", 2]})

    assert_like_onnxruntime(proto, images(rng, 3, 2))
