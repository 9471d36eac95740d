"""Cutting blocks and parts, by every measure of importance."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import Net

from fastcnn import compress, models
from fastcnn.compress.cut.bridge import bridged
from fastcnn.compress.cut.judges import JUDGES, Bench
from fastcnn.compress.cut.parts import find_blocks, find_part
from fastcnn.compress.cut.units import find_units
from fastcnn.compress.samples import Samples
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.ops import evaluate
from fastcnn.train.callbacks import Callback


def data(count: int = 96) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((count, 8, 8, 3)).astype(np.float32)
    return x, rng.integers(0, 3, count).astype(np.int32)


def staged(seed: int = 0) -> Graph:
    """Conv, a block that halves the image, a residual block, then a head."""
    net = Net(seed=seed)
    b = net.b
    y = b.apply("relu", net.conv(net.y, 4))
    inner = b.apply("relu", net.conv(y, 6, stride=2))
    short = net.conv(y, 6, kernel=1, stride=2)
    y = b.apply("relu", b.apply("add", net.conv(inner, 6), short))
    inner = b.apply("relu", net.conv(y, 6))
    net.y = b.apply("relu", b.apply("add", net.conv(inner, 6), y))
    net.add("global_average")
    net.dense(3)
    return b.build([b.apply("softmax", net.y, axis=1)])


def compiled(graph: Graph) -> Model:
    model = Model.from_graph(graph)
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    return model


def bench(model: Model) -> Bench:
    x, y = data()
    loss = model.evaluate(x, y, verbose=0)[0]
    return Bench(model, {"x": x}, Samples({"x": x}, y), loss, np.random.default_rng(0))


def outputs(graph: Graph, x: np.ndarray) -> np.ndarray:
    return evaluate(graph, {"x": x})[graph.outputs[0].name]


def test_a_block_is_what_no_way_leads_around() -> None:
    (block,) = find_blocks(staged())

    assert block.kind == "block"
    assert block.name == "conv_1..conv_3"
    assert [block.entry.shape[1:], block.exit.shape[1:]] == [(4, 8, 8), (6, 4, 4)]


def test_a_block_that_changes_the_width_is_bridged() -> None:
    graph = staged()
    model = compiled(graph)

    shorter = compress.cut(model, data=data(), candidates="conv_1..conv_3")

    (row,) = shorter.records[-1].details["table"]
    assert row["how"] == "a 1x1 convolution of strides 2x2 in its place"
    kernels = [node.inputs[1].shape for node in shorter.graph.nodes if node.op == "conv2d"]
    assert kernels == [(4, 3, 3, 3), (6, 4, 1, 1), (6, 6, 3, 3), (6, 6, 3, 3)]
    assert outputs(shorter.graph, data()[0]).shape == (96, 3)


def test_a_bridge_finds_what_was_linear() -> None:
    net = Net()
    first = net.b.apply("relu", net.conv(net.y, 4))
    middle = net.conv(first, 8, kernel=1, stride=2)
    net.y = net.b.apply("relu", net.conv(middle, 6, kernel=1))
    net.add("global_average")
    net.dense(3)
    graph = net.build()
    part = find_part(graph, "conv_1..conv_2")
    x = data()[0]

    shorter, _ = bridged(graph, part, {"x": x}, np.random.default_rng(0))

    assert len(shorter.nodes) == len(graph.nodes) - 1
    np.testing.assert_allclose(outputs(shorter, x), outputs(graph, x), rtol=0.02, atol=0.02)


def test_a_bridge_must_be_smaller_than_what_it_replaces() -> None:
    net = Net()
    net.y = net.conv(net.conv(net.y, 4), 6, kernel=1, stride=2)
    net.add("global_average")
    net.dense(3)
    graph = net.build()
    layer = next(unit for unit in find_units(graph) if unit.name == "conv_1")

    with pytest.raises(CompressionError, match="would hold as many weights"):
        bridged(graph, layer, {"x": data()[0]}, np.random.default_rng(0))


def test_a_part_has_one_way_in_and_one_way_out() -> None:
    graph = staged()

    whole = find_part(graph, "conv_1..conv_5")
    assert [node.op for node in whole.nodes].count("add") == 2
    assert whole.exit.name == graph.nodes[-4].inputs[0].name
    with pytest.raises(InvalidValueError, match="leads past its ends"):
        find_part(graph, "conv_3..conv_4")
    with pytest.raises(InvalidValueError, match="leads past its ends"):
        find_part(graph, "conv_4..conv_1")
    with pytest.raises(InvalidValueError, match=r"FIRST\.\.LAST, two layers of conv"):
        find_part(graph, "conv_4..nowhere")


def test_any_part_can_be_named_as_a_candidate() -> None:
    shorter = compress.cut(compiled(staged()), data=data(), candidates="conv_1..conv_5")

    assert sum(node.op == "conv2d" for node in shorter.graph.nodes) == 2


@pytest.mark.parametrize("importance", sorted(JUDGES))
def test_the_lowest_score_is_cut(importance: str) -> None:
    model = compiled(staged())

    shorter = compress.cut(model, layers=2, data=data(), importance=importance)

    rows = shorter.records[-1].details["table"]
    for step in (1, 2):
        scores = {r["layer"]: r["score"] for r in rows if r["step"] == step}
        known = {name: score for name, score in scores.items() if score is not None}
        (gone,) = [r["layer"] for r in rows if r["step"] == step and r["cut"]]
        assert gone == min(known, key=lambda name: known[name])
    assert len(shorter.graph.nodes) < len(model.graph.nodes)


def test_a_branch_that_adds_nothing_scores_zero_by_every_measure() -> None:
    graph = staged()
    last = [node for node in graph.nodes if node.op == "conv2d"][-1]
    zeros = {value.name: np.zeros_like(value.data) for value in last.inputs[1:]}
    model = compiled(graph.with_data(zeros))
    units = [unit for unit in find_units(model.graph) if unit.name == "conv_4 + conv_5"]

    scores = {name: JUDGES[name](bench(model), units)[0].score for name in JUDGES if name != "ms"}

    assert scores["loss"] == pytest.approx(0, abs=1e-3)  # the readers are fitted anew
    # A rectifier follows the sum and stands before it: entry and exit are equal.
    assert scores["similarity"] == pytest.approx(0, abs=1e-6)


def test_similarity_is_one_minus_the_mean_cosine() -> None:
    model, x = compiled(staged()), data()[0]
    unit = next(unit for unit in find_units(model.graph) if unit.name == "conv_4 + conv_5")

    (found,) = JUDGES["similarity"](bench(model), [unit])

    whole = Graph(model.graph.inputs, (unit.entry, unit.exit), model.graph.nodes)
    values = evaluate(whole, {"x": x})
    a, b = (values[end.name].reshape(len(x), -1) for end in (unit.entry, unit.exit))
    cosines = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert found.score == pytest.approx(1 - cosines.mean(), rel=1e-4)


class Epochs(Callback):
    def __init__(self) -> None:
        self.sizes: list[int] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.sizes.append(sum(node.op == "conv2d" for node in self.trainer.graph.nodes))


def test_iterative_cutting_trains_between_the_cuts() -> None:
    model, seen = models.zoo.resnet_cifar(8, (8, 8, 3), 3), Epochs()
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])

    shorter = compress.cut(
        model, layers=2, data=data(), schedule="iterative", epochs=3, callbacks=[seen]
    )

    assert len(seen.sizes) == 3
    assert seen.sizes[0] > seen.sizes[1] == seen.sizes[2]
    assert [record.kind for record in shorter.records] == ["cut"]


def test_unknown_measures_are_named() -> None:
    model = compiled(staged())

    with pytest.raises(InvalidValueError, match="importance must be one of loss, ms"):
        compress.cut(model, data=data(), importance="luck")
    with pytest.raises(InvalidValueError, match="schedule must be one of one_shot, iterative"):
        compress.cut(model, data=data(), schedule="later")
