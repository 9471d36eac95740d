"""Cutting layers."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import Net, make_net

from fastcnn import compress, layers, models
from fastcnn.compress.cut.importance import without
from fastcnn.compress.cut.refit import least_squares
from fastcnn.compress.cut.units import Unit, find_units
from fastcnn.errors import CompressionError, DataError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.ops import evaluate


def data(count: int = 96, size: int = 8, channels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((count, size, size, channels)).astype(np.float32)
    return x, rng.integers(0, 3, count).astype(np.int32)


def compiled(graph: Graph) -> Model:
    model = Model.from_graph(graph)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def outputs(graph: Graph, x: np.ndarray) -> np.ndarray:
    return evaluate(graph, {"x": x})[graph.outputs[0].name]


def unit(graph: Graph, name: str) -> Unit:
    return next(unit for unit in find_units(graph) if unit.name == name)


def cut_one(graph: Graph, name: str, resampling: str = "identity") -> tuple[Graph, str]:
    x = {"x": data()[0]}
    return without(graph, unit(graph, name), resampling, x, np.random.default_rng(0))


def mnist_cnn() -> Model:
    model = models.Sequential()
    model.add(layers.Conv2D(4, (3, 3), activation="relu", input_shape=(28, 28, 1), name="first"))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(6, (3, 3), activation="relu", name="second"))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(6, (3, 3), activation="relu", name="third"))
    model.add(layers.Flatten())
    model.add(layers.Dense(8, activation="relu", name="hidden"))
    model.add(layers.Dense(10, activation="softmax", name="classes"))
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("name", ["first", "second", "third", "hidden"])
def test_every_layer_of_a_plain_network_can_go(name: str) -> None:
    model = mnist_cnn()
    x, y = data(64, 28, 1)

    shorter = compress.cut(model, layers=1, data=(x, y), candidates=[name])

    assert name not in [layer.name for layer in shorter.layers]
    assert shorter.predict(x).shape == (64, 10)
    assert np.allclose(shorter.predict(x).sum(axis=1), 1, atol=1e-4)
    (record,) = shorter.records
    (row,) = record.details["table"]
    assert row["layer"] == name
    assert row["cut"]
    assert "refitted" in row["how"]


def test_layers_go_one_after_the_other_and_the_table_tells_all() -> None:
    model = mnist_cnn()

    shorter = compress.cut(model, layers=2, data=data(64, 28, 1))

    table = shorter.records[-1].details["table"]
    assert [row["step"] for row in table] == [1] * 5 + [2] * 4
    for step in (1, 2):
        rows = [row for row in table if row["step"] == step]
        (lowest,) = (row["loss_rise"] for row in rows if row["cut"])
        assert lowest == min(row["loss_rise"] for row in rows if row["loss_rise"] is not None)
        (refused,) = (row for row in rows if row["loss_rise"] is None)
        assert refused["layer"] == "classes"
        assert "output layer" in refused["how"]
    kept = {layer.name for layer in shorter.layers}
    gone = {row["layer"] for row in table if row["cut"]}
    assert len(gone) == 2
    assert kept.isdisjoint(gone)


def test_the_same_seed_cuts_the_same() -> None:
    first, second = (
        compress.cut(mnist_like, layers=1, data=data(64, 28, 1), seed=3)
        for mnist_like in [mnist_cnn()]
        for _ in range(2)
    )

    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_linear_dense_layer_is_absorbed_by_the_next() -> None:
    net = Net()
    net.add("global_average")
    net.dense(5)
    net.dense(4)
    graph = net.build()

    shorter, how = cut_one(graph, "dense")

    x = data()[0]
    np.testing.assert_allclose(outputs(shorter, x), outputs(graph, x), atol=0.05)
    assert how == "bypassed, dense_1 refitted"
    assert shorter.parameters["kernel_1"].data.shape == (3, 4)


def test_a_linear_convolution_is_absorbed_by_the_next() -> None:
    net = Net()
    net.y = net.conv(net.conv(net.y, 5, kernel=1), 4)
    net.add("relu")
    net.add("global_average")
    net.dense(2)
    graph = net.build()

    shorter, how = cut_one(graph, "conv")

    x = data()[0]
    # The border differs: the bias of the first convolution is not there to be padded with zeros.
    assert np.abs(outputs(shorter, x) - outputs(graph, x)).mean() < 0.05
    assert how == "bypassed, conv_1 refitted"
    assert shorter.parameters["kernel_1"].data.shape == (4, 3, 3, 3)


def test_pooling_takes_the_place_of_a_convolution_that_changes_the_size() -> None:
    graph = make_net(["strided"], "flatten")

    for pooling in ("average", "max"):
        shorter, how = cut_one(graph, "conv_1", pooling)

        pool = next(node for node in shorter.nodes if node.op == f"{pooling}_pool2d")
        assert pool.attrs["kernel_size"] == (3, 3)
        assert pool.attrs["strides"] == (2, 2)
        assert how == f"{pooling} pooling in its place, dense refitted"


def test_a_branch_goes_and_the_other_term_stays() -> None:
    net = Net(channels=4)
    branch = net.conv(net.b.apply("relu", net.conv(net.y, 6)), 4)
    net.y = net.b.apply("multiply", net.b.apply("add", branch, net.y), net.y)
    net.y = net.conv(net.y, 4)
    net.add("global_average")
    graph = net.build()
    branches = [unit for unit in find_units(graph) if unit.kind == "branch"]
    assert [unit.name for unit in branches] == ["conv + conv_1"]

    x = data(channels=4)[0]
    shorter, how = without(graph, branches[0], "identity", {"x": x}, np.random.default_rng(0))

    assert how == "bypassed"
    assert [node.op for node in shorter.nodes].count("conv2d") == 1
    assert "add" not in [node.op for node in shorter.nodes]


def test_the_branch_that_does_nothing_is_the_least_important() -> None:
    net = Net()
    for kind in ("conv", "residual", "conv", "global_average"):
        net.add(kind)
    net.dense(3)
    net.y = net.b.apply("softmax", net.y)
    graph = net.build()
    idle = next(unit for unit in find_units(graph) if unit.kind == "branch")
    last = next(node for node in reversed(idle.nodes) if node.op == "conv2d")
    sharp = graph.nodes[-2].inputs[1]
    graph = graph.with_data(
        {value.name: np.zeros_like(value.data) for value in last.inputs[1:3]}
        | {sharp.name: 30 * sharp.data}
    )
    x = data(512)[0]

    shorter = compress.cut(compiled(graph), data=(x, outputs(graph, x).argmax(axis=1)))

    table = shorter.records[0].details["table"]
    (gone,) = (row for row in table if row["cut"])
    assert gone["layer"] in (idle.name, *idle.name.split(" + "))
    assert gone["accuracy"] > 0.95
    (other,) = (row for row in table if row["layer"] == "conv_3")
    assert other["loss_rise"] > gone["loss_rise"]


def test_what_cannot_be_cut_is_refused_with_reasons() -> None:
    net = Net()
    net.y = net.conv(net.y, 6, kernel=1)
    net.add("batch_norm")
    short = net.y
    net.y = net.b.apply("multiply", net.conv(net.b.apply("relu", short), 6), short)
    net.add("flatten")
    net.dense(3)
    net.y = net.b.apply("softmax", net.y)
    model = compiled(net.build())

    with pytest.raises(CompressionError) as refusal:
        compress.cut(model, data=data(), candidates=["conv", "dense"])

    assert "'conv': 'multiply' (multiply) after it takes no other number" in str(refusal.value)
    assert "'dense': it is the output layer" in str(refusal.value)


def test_more_layers_than_there_are_cannot_go() -> None:
    with pytest.raises(CompressionError, match="no layer is left to cut, at cut 5 of 9"):
        compress.cut(mnist_cnn(), layers=9, data=data(32, 28, 1))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"layers": 0}, InvalidValueError, "layers must be at least 1, it is 0"),
        ({"samples": 1}, InvalidValueError, "samples must be at least 2, it is 1"),
        ({"candidates": ["thrid"]}, InvalidValueError, "no layer is named 'thrid'"),
        ({"data": data(8, 27, 1)}, DataError, "shape"),
        ({"data": (data(8, 28, 1)[0], data(7)[1])}, DataError, "8 samples"),
        ({"data": data(8, 28, 1)[0]}, DataError, "pair"),
    ],
    ids=lambda value: str(value)[:25] if isinstance(value, dict) else "",
)
def test_wrong_arguments_name_value_and_limit(
    arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        compress.cut(mnist_cnn(), **{"data": data(8, 28, 1), **arguments})


def test_a_model_without_a_loss_is_told_to_compile() -> None:
    with pytest.raises(CompressionError, match=r"model\.compile"):
        compress.cut(Model.from_graph(make_net([], "flatten")), data=data())


@pytest.mark.parametrize(("rows", "unknowns"), [(200, 6), (6, 40)], ids=["tall", "wide"])
def test_least_squares_against_the_normal_equations(rows: int, unknowns: int) -> None:
    rng = np.random.default_rng(0)
    u = rng.standard_normal((rows, unknowns)).astype(np.float32) + 3
    t = rng.standard_normal((rows, 2)).astype(np.float32)

    w, b = least_squares(u, t, ridge=0.1)

    centred = u - u.mean(0, np.float64)
    strength = 0.1 * np.square(centred).sum() / unknowns
    gradient = centred.T @ (u @ w.astype(np.float64) + b - t) + strength * w
    np.testing.assert_allclose(gradient, 0, atol=1e-3 * rows)
    np.testing.assert_allclose((u @ w + b - t).mean(axis=0), 0, atol=1e-4)


def test_an_input_that_never_changes_gets_no_weight() -> None:
    rng = np.random.default_rng(0)
    u = rng.standard_normal((50, 3)).astype(np.float32)
    u[:, 1] = 2
    t = u[:, :1] * 5 + 1

    w, b = least_squares(u, t)

    np.testing.assert_allclose(w[:, 0], [5, 0, 0], atol=0.02)
    assert b[0] == pytest.approx(1, abs=0.05)
