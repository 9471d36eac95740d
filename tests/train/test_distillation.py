"""Learning from a teacher."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.graph import file as graph_file
from fastcnn.ops import evaluate
from fastcnn.train import deserialize, evaluation_graph, losses, serialize
from fastcnn.train.losses import Distillation
from fastcnn.train.optimizers import Adam
from fastcnn.typing import Array
from tests.train.nets import blobs, net, same_bits, trainer


def changed(graph: Graph, rng: np.random.Generator) -> Graph:
    """The same net with other weights."""
    parameters = graph.parameters.items()
    return graph.with_data(
        {
            name: value.data + rng.normal(0, 0.3, value.data.shape).astype(np.float32)
            for name, value in parameters
        }
    )


@pytest.fixture
def teacher(tmp_path: Path, rng: np.random.Generator) -> Graph:
    graph = changed(net(), rng)
    graph_file.save(tmp_path / "teacher.fcnn", graph)
    return graph


def probabilities(graph: Graph, x: Array, temperature: float) -> Array:
    """Softmax of the logits divided by the temperature, by way of the probabilities."""
    p = evaluate(graph, {"image": x})[graph.outputs[0].name]
    powers = p ** (1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


def test_the_loss_is_a_mix_of_two(tmp_path, teacher):
    x, y = blobs(6)
    loss = Distillation(tmp_path / "teacher.fcnn", alpha=0.3, temperature=2.0)
    student = net()

    graph = evaluation_graph(student, loss)
    actual = evaluate(graph, {"image": x, "target": y.astype(np.int32)})[graph.outputs[0].name]

    q, p = (probabilities(graph, x, 2.0) for graph in (teacher, student))
    soft = 4 * (q * np.log(q / p)).sum(axis=1)
    hard = -np.log(probabilities(student, x, 1.0)[np.arange(6), y])
    np.testing.assert_allclose(actual, 0.3 * hard + 0.7 * soft, rtol=1e-5)


def test_the_student_learns_what_the_teacher_says(tmp_path, teacher):
    x, _ = blobs()
    wrong = np.zeros(len(x), np.int64)
    loss = Distillation(tmp_path / "teacher.fcnn", alpha=0.0, temperature=2.0)
    running = trainer(loss=loss, optimizer=Adam(0.01))
    before = running.evaluate(x, wrong)["loss"]

    running.fit(x, wrong, epochs=20, batch_size=20, verbose=0)

    assert running.evaluate(x, wrong)["loss"] < before / 10
    said, learnt = (probabilities(graph, x, 1.0) for graph in (teacher, running.graph))
    assert (said.argmax(axis=1) == learnt.argmax(axis=1)).mean() > 0.9


def test_the_teacher_is_not_trained_and_leaves_no_trace(tmp_path, teacher):
    x, y = blobs()
    running = trainer(loss=Distillation(tmp_path / "teacher.fcnn"))

    running.fit(x, y, epochs=1, verbose=0)

    assert not [name for name in running.state.arrays if "teacher" in name]
    again, _, _ = graph_file.load(tmp_path / "teacher.fcnn")
    assert same_bits(*({n: v.data for n, v in g.parameters.items()} for g in (again, teacher)))


def test_a_teacher_whose_file_changes_is_read_again(tmp_path, teacher, rng):
    x, y = blobs(6)
    running = trainer(loss=Distillation(tmp_path / "teacher.fcnn", alpha=0.0))
    before = running.evaluate(x, y)["loss"]

    graph_file.save(tmp_path / "teacher.fcnn", changed(teacher, rng))

    assert running.evaluate(x, y)["loss"] != before


def test_the_file_holds_the_path_and_the_true_loss():
    loss = Distillation("a.fcnn", losses.get("categorical_crossentropy"), 0.5)

    assert deserialize(serialize(loss)) == loss
    assert loss.check(np.eye(3), net().outputs[0].type).shape == (3, 3)


def test_what_does_not_fit_is_named(tmp_path):
    path = tmp_path / "other.fcnn"
    graph_file.save(path, net(classes=4))

    with pytest.raises(
        InvalidValueError, match=r"gives float32\[\?, 4\], the model float32\[\?, 3"
    ):
        evaluation_graph(net(), Distillation(path))
    with pytest.raises(InvalidValueError, match=r"'gone.fcnn' cannot be read \(No such file"):
        evaluation_graph(net(), Distillation("gone.fcnn"))
    with pytest.raises(InvalidValueError, match="save it and give its path"):
        Distillation(net())
