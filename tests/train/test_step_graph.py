"""The training step as a graph: what it computes and what it leaves out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fastcnn import layers, runtime
from fastcnn.errors import GraphError, InvalidValueError, UnsupportedError
from fastcnn.graph import Graph, Traits, verify
from fastcnn.graph.file import save
from fastcnn.ops import evaluate
from fastcnn.train import evaluation_graph, losses, metrics, optimizers, training_graph
from fastcnn.train.step_graph import penalty, regularize
from tests.train.nets import blobs, line, net

SPARSE = losses.get("sparse_categorical_crossentropy")
MSE = losses.get("mse")
SGD = optimizers.get("sgd")
ACCURACY = metrics.get("accuracy")
W = np.array([[0.5, -1.0], [0.0, 2.0], [1.5, -0.25]], np.float32)


def ops(graph: Graph) -> list[str]:
    return [node.op for node in graph.nodes]


def feeds(graph: Graph, x: np.ndarray, y: np.ndarray, **more: np.ndarray) -> dict[str, np.ndarray]:
    return {
        graph.inputs[0].name: x,
        "target": y,
        "learning_rate": np.array(0.1, np.float32),
        "step": np.array(1, np.int32),
        **more,
    }


def test_the_step_is_a_well_formed_graph_with_updates_for_all_it_trains():
    graph = net()

    step = training_graph(graph, optimizers.get("adam"), SPARSE, [ACCURACY])

    verify(step)
    assert [value.name for value in step.inputs] == ["image", "step", "target", "learning_rate"]
    assert [str(value.type) for value in step.outputs] == ["float32[]", "float32[?]"]
    trained = {old.name for old, _ in step.updates}
    assert trained == {name + state for name in graph.parameters for state in ("", "/m", "/v")}


def test_the_loss_is_taken_from_the_logits():
    step = training_graph(net(), SGD, SPARSE)

    assert "sparse_softmax_cross_entropy" in ops(step)
    assert "softmax" not in ops(step)


def test_softmax_stays_where_a_metric_reads_it():
    assert "softmax" in ops(training_graph(net(), SGD, SPARSE, [ACCURACY]))


def test_the_gradient_of_the_input_is_not_computed():
    step = training_graph(net(), SGD, SPARSE)

    assert "conv2d_backward_weights" in ops(step)
    assert "conv2d_backward_data" not in ops(step)


def test_activations_are_fused():
    step = training_graph(net(), SGD, SPARSE)

    conv = next(node for node in step.nodes if node.op == "conv2d")
    assert conv.attrs["activation"] == "relu"
    assert "relu" not in ops(step)


def test_the_given_graph_is_left_alone():
    graph = net()
    before = str(graph)

    training_graph(graph, SGD, SPARSE, [ACCURACY])

    assert str(graph) == before


def test_batch_normalisation_and_dropout_take_their_training_form():
    x = layers.Input((6,))
    y = layers.Dense(4)(x)
    y = layers.BatchNormalization(name="norm")(y)
    y = layers.Dropout(0.5)(y)
    graph = layers.build_graph([x], [layers.Dense(3, activation="softmax")(y)])

    step = training_graph(graph, SGD, SPARSE)

    assert {"batch_norm_train", "dropout_train", "moving_average"} <= set(ops(step))
    moving = [name for name, value in graph.parameters.items() if not value.is_trainable]
    assert len(moving) == 2
    assert set(moving) <= {old.name for old, _ in step.updates}


def test_the_gradient_of_a_normalisation_passes_its_activation_by_itself():
    x = layers.Input((6, 6, 3))
    y = layers.Conv2D(4, 3, use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Dense(2, activation="softmax")(layers.Flatten()(y))

    step = training_graph(layers.build_graph([x], [y]), SGD, SPARSE)

    assert "batch_norm_backward" in ops(step)
    assert not {"relu", "relu_backward"} & set(ops(step))


def test_a_residual_block_runs_in_native_code_as_by_the_reference(rng):
    image = layers.Input((6, 6, 3))
    window = {"padding": "same", "use_bias": False}
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, **window)(image)))
    y = layers.BatchNormalization()(layers.Conv2D(4, 3, **window)(x))
    y = layers.ReLU()(layers.Add()([y, x]))
    y = layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(y))
    graph = layers.build_graph([image], [y])
    step_graph = training_graph(graph, SGD, SPARSE)
    labels = rng.integers(0, 2, 12).astype(np.int32)
    given = feeds(graph, rng.normal(size=(12, 6, 6, 3)).astype(np.float32), labels)
    expected = evaluate(step_graph, given)
    step = runtime.Step(step_graph)

    step.run(given)

    assert "add" not in ops(step_graph)
    for old, new in step_graph.updates:
        # A sum over 12 samples and 36 pixels, each product rounded once.
        scale = np.abs(expected[new.name]).max()
        np.testing.assert_allclose(step.state[old.name], expected[new.name], atol=1e-5 * scale)


def test_parameters_that_are_not_trainable_are_left_alone():
    graph = net()
    frozen = graph.with_values(
        {
            name: type(value)(name, value.type, value.data, Traits(trainable=False))
            for name, value in graph.parameters.items()
            if name.startswith("conv")
        }
    )

    step = training_graph(frozen, SGD, SPARSE)

    assert not [old.name for old, _ in step.updates if old.name.startswith("conv")]
    assert "conv2d_backward_weights" not in ops(step)


def test_a_graph_without_anything_to_train_is_refused():
    with pytest.raises(InvalidValueError, match="depends on no trainable parameter"):
        training_graph(line(W, trainable=False), SGD, MSE)


def test_a_graph_with_two_outputs_is_refused():
    x = layers.Input((2,), name="x")
    graph = layers.build_graph([x], [layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)])

    with pytest.raises(UnsupportedError, match="this one has 2: a, b"):
        training_graph(graph, SGD, MSE)


def test_a_layer_named_like_an_input_of_the_step_is_refused():
    x = layers.Input((2,), name="target")
    graph = layers.build_graph([x], [layers.Dense(1)(x)])

    with pytest.raises(GraphError, match="needs the name 'target'"):
        training_graph(graph, SGD, MSE)


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.1, 0.0), (0.0, 0.2), (0.1, 0.2)])
def test_penalties_enter_the_loss_and_the_update(l1, l2, rng):
    graph = line(W, l1=l1, l2=l2)
    x, y = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    step = training_graph(graph, SGD, MSE)
    w = W.astype(np.float64)

    values = evaluate(step, feeds(graph, x, y))

    error = x @ w - y
    loss = (error**2).mean() + l1 * np.abs(w).sum() + l2 * (w**2).sum()
    gradient = x.T @ error * 2 / error.size + l1 * np.sign(w) + 2 * l2 * w
    new = {old.name: new.name for old, new in step.updates}["w"]
    np.testing.assert_allclose(values[step.outputs[0].name], loss)
    np.testing.assert_allclose(values[new], w - 0.1 * gradient, rtol=1e-6)
    assert penalty(graph) == pytest.approx(l1 * np.abs(w).sum() + l2 * (w**2).sum())


def test_weights_of_samples_scale_their_losses(rng):
    graph = line(W)
    x, y, weight = rng.standard_normal((5, 3)), rng.standard_normal((5, 2)), np.arange(5.0)
    step = training_graph(graph, SGD, MSE, weighted=True)

    values = evaluate(step, feeds(graph, x, y, sample_weight=weight))

    losses_of_samples = ((x @ W - y) ** 2).mean(axis=1)
    expected = (weight * losses_of_samples).mean()
    np.testing.assert_allclose(values[step.outputs[0].name], expected)


def test_a_regulariser_of_the_whole_model_spares_biases_and_what_has_its_own():
    x = layers.Input((6,))
    y = layers.Dense(4, name="a", kernel_regularizer="l1")(x)
    y = layers.BatchNormalization()(y)
    y = layers.Dense(3, name="b")(y)
    graph = layers.build_graph([x], [y])

    traits = {
        name: (value.traits.l1, value.traits.l2)
        for name, value in regularize(graph, 0.0, 0.5).parameters.items()
    }

    assert traits.pop("a/kernel") == (0.01, 0.0)
    assert traits.pop("b/kernel") == (0.0, 0.5)
    assert set(traits.values()) == {(0.0, 0.0)}


def test_evaluation_gives_one_figure_a_sample():
    graph = evaluation_graph(net(), SPARSE, [ACCURACY])
    x, y = blobs(7)

    values = evaluate(graph, {"image": x, "target": y.astype(np.int32)})

    assert [values[output.name].shape for output in graph.outputs] == [(7,), (7,)]
    assert not graph.updates


def test_the_native_step_agrees_with_the_reference(rng):
    graph = net()
    x, y = blobs(12)
    step_graph = training_graph(graph, optimizers.get("sgd"), SPARSE, [ACCURACY])
    given = feeds(graph, x, y.astype(np.int32))
    expected = evaluate(step_graph, given)
    step = runtime.Step(step_graph)

    step.run(given)

    for old, new in step_graph.updates:
        # A sum over 12 samples and up to 48 positions, each product rounded once.
        scale = np.abs(expected[new.name]).max()
        np.testing.assert_allclose(step.state[old.name], expected[new.name], atol=1e-5 * scale)


ALL_LOSSES = list(dict.fromkeys(map(losses.get, losses.losses.names())))
ALL_LOSSES += [replace(a, label_smoothing=0.2) for a in ALL_LOSSES if hasattr(a, "label_smoothing")]


@pytest.mark.parametrize("loss", ALL_LOSSES, ids=str)
def test_every_loss_and_its_gradient_run_in_native_code(loss, tmp_path):
    if isinstance(loss, losses.Distillation):
        save(tmp_path / "teacher.fcnn", net(activation=None))
        loss = losses.Distillation(tmp_path / "teacher.fcnn")
    graph = net()
    x, y = blobs(12)
    indices = loss.target_type(graph.outputs[0].type).dtype == "int32"
    target = loss.check(y if indices else np.eye(3)[y], graph.outputs[0].type)
    step_graph = training_graph(graph, SGD, loss)
    expected = evaluate(step_graph, feeds(step_graph, x, target))
    step = runtime.Step(step_graph)

    step.run(feeds(step_graph, x, target))  # a fall-back to a reference would warn

    for old, new in step_graph.updates:
        scale = np.abs(expected[new.name]).max()
        np.testing.assert_allclose(step.state[old.name], expected[new.name], atol=1e-5 * scale)


def test_a_step_is_profiled_and_trains_meanwhile():
    x, y = blobs(8)
    step = runtime.Step(training_graph(net(), SGD, SPARSE))
    before = {name: array.copy() for name, array in step.state.items()}

    table = step.profile(feeds(step.graph, x, y), runs=2)

    assert {"conv2d_backward_weights", "sgd_update"} <= {row["op"] for row in table.rows}
    assert sum(row["% of time"] for row in table.rows) == pytest.approx(100)
    assert any((step.state[name] != array).any() for name, array in before.items())
