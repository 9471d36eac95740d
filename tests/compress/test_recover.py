"""Fine-tuning and recalibration."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net

from fastcnn import compress, layers
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model, Sequential
from fastcnn.ops import Builder, evaluate
from fastcnn.train.callbacks import Callback
from fastcnn.train.optimizers import SGD
from fastcnn.train.schedules import CosineDecay


def samples(count: int = 64) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return rng.random((count, 8, 8, 3), np.float32), rng.random((count, 3), np.float32)


def make_model() -> Model:
    model = Model.from_graph(make_net(["conv", "batch_norm"], "global_average"))
    model.compile(optimizer="sgd", loss="mean_squared_error")
    return model


def test_fine_tuning_gives_a_new_and_better_model() -> None:
    model, data = make_model(), samples()
    before = model.evaluate(*data, verbose=0)

    tuned = compress.fine_tune(model, data, epochs=3, batch_size=16, learning_rate=1e-2)

    assert tuned.evaluate(*data, verbose=0)[0] < before[0]
    assert model.evaluate(*data, verbose=0) == before


def test_pruned_weights_stay_zero() -> None:
    model, data = make_model(), samples()

    tuned = compress.prune(model, sparsity=0.6, scope="layer", data=data, epochs=2, batch_size=16)

    pruned = [value.data for value in tuned.graph.parameters.values() if value.traits.pruned]
    assert len(pruned) == 4
    for array in pruned:
        assert np.count_nonzero(array == 0) >= round(0.6 * array.size)
    assert [record.kind for record in tuned.records] == ["prune"]


def test_the_learning_rate_is_used() -> None:
    model, data = make_model(), samples()

    still = compress.fine_tune(model, data, epochs=1, learning_rate=0.0)

    for value in model.graph.parameters.values():
        if value.is_trainable:
            after = still.graph.parameters[value.name].data
            np.testing.assert_array_equal(after, value.data)


def test_a_model_that_is_not_compiled_is_told_so() -> None:
    model = Model.from_graph(make_net([], "flatten"))

    with pytest.raises(CompressionError, match=r"call model\.compile"):
        compress.fine_tune(model, samples())


def classifier(seed: int = 0) -> Model:
    graph = make_net(["conv", "batch_norm"], "global_average", seed=seed)
    b = Builder(graph)
    model = Model.from_graph(b.build([b.apply("softmax", graph.outputs[0], axis=1)]))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def disagreement(model: Model, teacher: Model, x: np.ndarray) -> float:
    return float(np.abs(model.predict(x) - teacher.predict(x)).mean())


def test_a_teacher_takes_the_place_of_labels() -> None:
    teacher, (x, _) = classifier(), samples(256)
    student = compress.prune(teacher, sparsity=0.7, scope="layer")
    before = disagreement(student, teacher, x)

    tuned = compress.fine_tune(
        student, x, teacher=teacher, epochs=20, batch_size=16, learning_rate=0.01
    )

    assert disagreement(tuned, teacher, x) < before / 2
    assert tuned.settings == student.settings
    assert not tuned.graph.values.keys() ^ student.graph.values.keys()


def test_prune_hands_the_teacher_on() -> None:
    teacher, (x, _) = classifier(), samples(256)
    how = {"sparsity": 0.7, "scope": "layer", "data": x}
    pruned = compress.prune(teacher, **how)

    tuned = compress.prune(
        teacher, **how, teacher=teacher, epochs=20, batch_size=16, learning_rate=0.01
    )

    assert disagreement(tuned, teacher, x) < disagreement(pruned, teacher, x) / 2


def test_an_ensemble_can_teach() -> None:
    parts, (x, _) = [classifier(seed) for seed in (1, 2)], samples(256)
    ensemble = compress.fuse(parts, method="exact")
    mean = (parts[0].predict(x) + parts[1].predict(x)) / 2
    before = np.abs(parts[0].predict(x) - mean).mean()

    tuned = compress.fine_tune(
        parts[0], x, teacher=ensemble, temperature=1, epochs=20, batch_size=16, learning_rate=0.01
    )

    assert np.abs(tuned.predict(x) - mean).mean() < before / 2


def test_labels_count_by_alpha() -> None:
    model, (x, _) = classifier(), samples(128)
    y = np.full(len(x), 2)
    how = {"epochs": 10, "batch_size": 16, "learning_rate": 0.01}

    by_labels, by_teacher = (
        compress.fine_tune(model, (x, y), teacher=model, alpha=alpha, **how) for alpha in (1.0, 0.0)
    )

    assert by_labels.evaluate(x, y, verbose=0)[0] < model.evaluate(x, y, verbose=0)[0] / 2
    assert disagreement(by_teacher, model, x) < 0.05


def test_without_labels_a_teacher_is_needed() -> None:
    with pytest.raises(CompressionError, match=r"samples alone with teacher="):
        compress.fine_tune(classifier(), samples()[0])


class Rates(Callback):
    def __init__(self) -> None:
        self.seen: list[float] = []

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.seen.append(self.trainer.learning_rate)


def test_the_schedule_is_followed_from_its_end() -> None:
    model, data = make_model(), samples()
    model.compile(optimizer=SGD(CosineDecay(0.1)), loss="mean_squared_error")
    whole, end = Rates(), Rates()

    compress.fine_tune(model, data, epochs=5, batch_size=16, callbacks=[whole])
    compress.fine_tune(model, data, epochs=2, batch_size=16, schedule_epochs=5, callbacks=[end])

    assert len(end.seen) == 8
    # A schedule is seen at the update to come, a rate that was set at the update before.
    np.testing.assert_allclose(end.seen, whole.seen[-9:-1])


def test_a_rewound_schedule_is_no_shorter_than_the_training() -> None:
    with pytest.raises(InvalidValueError, match="schedule_epochs is 1, it must be at least"):
        compress.fine_tune(make_model(), samples(), epochs=2, schedule_epochs=1)
    with pytest.raises(InvalidValueError, match="give one of them"):
        compress.fine_tune(make_model(), samples(), learning_rate=1.0, schedule_epochs=1)


def channel_means(graph: Graph, x: np.ndarray) -> list[np.ndarray]:
    nodes = [node for node in graph.nodes if node.op in ("conv2d", "dense")]
    whole = Graph(graph.inputs, tuple(node.output for node in nodes), graph.nodes)
    values = evaluate(whole, {"x": x})
    return [
        values[node.output.name].mean(tuple(i for i in range(node.output.type.rank) if i != 1))
        for node in nodes
    ]


def test_corrected_biases_bring_the_means_back() -> None:
    original = make_model()
    pruned = compress.prune(original, sparsity=0.5, scope="layer")
    x = samples()[0]

    corrected = compress.correct_bias(pruned, original, x)

    wanted, before, after = (
        channel_means(model.graph, x) for model in (original, pruned, corrected)
    )
    for target, old, new in zip(wanted, before, after, strict=True):
        assert np.abs(old - target).max() > 1e-3
        np.testing.assert_allclose(new, target, atol=1e-5)
    for name, value in corrected.graph.parameters.items():
        if value.type.rank > 1:
            np.testing.assert_array_equal(value.data, pruned.graph.parameters[name].data)


def test_biases_of_layers_of_another_width_stay() -> None:
    original = make_model()
    smaller = compress.prune(original, sparsity=0.5, structure="channel")

    corrected = compress.correct_bias(smaller, original, samples()[0])

    changed = [
        name
        for name, value in corrected.graph.parameters.items()
        if not np.array_equal(value.data, smaller.graph.parameters[name].data)
    ]
    assert changed == [smaller.graph.nodes[-1].inputs[2].name]


def test_another_model_is_no_original() -> None:
    named = Sequential([layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3, name="else")])

    with pytest.raises(CompressionError, match="has the name and the channels"):
        compress.correct_bias(make_model(), named, samples()[0])


def test_models_are_recalibrated_too() -> None:
    model, (x, _) = make_model(), samples()

    fresh = compress.recalibrate(model, x)

    expected = compress.recalibrate(model.graph, {"x": x})
    for name, value in fresh.graph.parameters.items():
        np.testing.assert_array_equal(value.data, expected.parameters[name].data)


def test_recalibration_measures_the_moving_statistics() -> None:
    graph = make_net(["batch_norm", "conv", "batch_norm"], "flatten")
    x = samples()[0]

    fresh = compress.recalibrate(graph, {"x": x})

    values = evaluate(fresh, {"x": x})
    norms = [node for node in fresh.nodes if node.op == "batch_norm"]
    assert len(norms) == 2
    for node in norms:
        mean, variance = (value.data for value in node.inputs[3:5])
        source = values[node.inputs[0].name]
        np.testing.assert_allclose(mean, source.mean((0, 2, 3)), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(variance, source.var((0, 2, 3)), rtol=1e-3)
