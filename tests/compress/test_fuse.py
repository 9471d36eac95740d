"""Fusing trained models."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net

from fastcnn import compress
from fastcnn.compress.fuse.compact import align, average
from fastcnn.compress.fuse.families import find_families, permuted
from fastcnn.compress.fuse.repair import repair
from fastcnn.compress.fuse.same import correspond
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.ops import evaluate

RECIPE = {"body": ["batch_norm", "conv", "max_pool", "residual", "relu"], "head": "flatten"}


def samples(count: int = 48) -> tuple[np.ndarray, np.ndarray]:
    """Images whose class is the brightest channel."""
    rng = np.random.default_rng(5)
    x = rng.random((count, 8, 8, 3), np.float32)
    y = rng.integers(0, 3, count).astype(np.int32)
    x[np.arange(count), :, :, y] += 1
    return x, y


def model_of(graph: Graph) -> Model:
    model = Model.from_graph(graph)
    model.compile(optimizer="adam", loss="mean_squared_error", metrics=["accuracy"])
    return model


@pytest.fixture
def three() -> list[Model]:
    return [model_of(make_net(**RECIPE, seed=seed)) for seed in range(3)]


def one_hot(y: np.ndarray) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[y]


def test_the_exact_form_is_the_ensemble_to_rounding(three: list[Model]) -> None:
    x, _ = samples()

    fused = compress.fuse(three)

    mean = np.mean([model.predict(x) for model in three], axis=0)
    np.testing.assert_allclose(fused.predict(x), mean, rtol=1e-5, atol=1e-5 * np.abs(mean).max())
    (record,) = fused.records
    assert record.details["method"] == "exact"
    assert record.details["models"] == 3


def test_the_compact_form_is_as_small_as_one_model(three: list[Model]) -> None:
    x, y = samples()

    for data in (None, (x, one_hot(y))):
        fused = compress.fuse(three, method="compact", data=data, epochs=0)

        assert fused.count_params() == three[0].count_params()
        assert np.isfinite(fused.predict(x)).all()


def test_aligning_keeps_what_each_model_computes(three: list[Model]) -> None:
    x, _ = samples()
    graphs = [model.graph for model in three]

    for feeds in (None, {"x": x}):
        for before, after in zip(graphs, align(graphs, feeds), strict=True):
            np.testing.assert_allclose(
                evaluate(after, {"x": x})[after.outputs[0].name],
                evaluate(before, {"x": x})[before.outputs[0].name],
                rtol=1e-9,
                atol=1e-9,
            )


def test_activations_find_a_permuted_copy() -> None:
    graph = make_net(**RECIPE)
    (names,) = correspond([graph])
    families = find_families(graph)
    rng = np.random.default_rng(1)
    shuffled = permuted(graph, names, families, [rng.permutation(len(f.groups)) for f in families])
    x, _ = samples()

    _, found = align([graph, shuffled], {"x": x})

    merged = average([graph, found])
    before, after = (evaluate(g, {"x": x})[g.outputs[0].name] for g in (graph, merged))
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-5)


def test_repair_gives_layers_the_mean_statistics_of_the_models() -> None:
    graphs = [make_net(["conv"], "flatten", seed=seed) for seed in range(2)]
    x, _ = samples()

    merged = repair(average(graphs), graphs, {"x": x})

    for name in ("conv", "conv_1", "dense"):
        every = [evaluate(graph, {"x": x})[name] for graph in (merged, *graphs)]
        spreads = [
            np.moveaxis(values, 1, 0).reshape(values.shape[1], -1).std(1) for values in every
        ]
        np.testing.assert_allclose(spreads[0], (spreads[1] + spreads[2]) / 2, rtol=1e-3)


def test_the_compact_form_answers_with_the_spread_of_its_models() -> None:
    """Layers without normalisation are repaired on what normalised ones ahead of them give."""
    body = ["conv", "batch_norm", "relu", "conv", "batch_norm", "relu"]
    models = [model_of(make_net(body, "global_average", seed=seed)) for seed in range(3)]
    x, y = samples(256)

    fused = compress.fuse(models, method="compact", data=(x, one_hot(y)), epochs=0)

    wanted = np.mean([model.predict(x).std(0) for model in models], axis=0)
    np.testing.assert_allclose(fused.predict(x).std(0), wanted, rtol=1e-3)


def test_auto_tests_both_forms_and_tells_which_won(three: list[Model]) -> None:
    x, y = samples()

    fused = compress.fuse(
        three, data=(x, one_hot(y)), validation_data=(x, one_hot(y)), method="auto", epochs=0
    )

    (record,) = fused.records
    table = {row["form"]: row for row in record.details["table"]}
    assert set(table) == {"exact", "compact", "greedy", "model 1", "model 2", "model 3"}
    best = max(table, key=lambda form: (table[form]["accuracy"], -table[form]["loss"]))
    assert record.details["method"] == best
    assert "; on validation data: exact loss" in record.text
    figures = fused.evaluate(x, one_hot(y), verbose=0, return_dict=True)
    assert figures["loss"] == pytest.approx(table[best]["loss"], rel=1e-4)


def test_fine_tuning_brings_the_compact_form_back(three: list[Model]) -> None:
    x, y = samples()
    data = (x, one_hot(y))
    raw = compress.fuse(three, method="compact", data=data, epochs=0)

    tuned = compress.fuse(three, method="compact", data=data, epochs=10, batch_size=16)

    losses = [model.evaluate(*data, verbose=0, return_dict=True)["loss"] for model in (raw, tuned)]
    assert losses[1] < losses[0]


def test_the_models_are_left_alone(three: list[Model]) -> None:
    x, y = samples()
    before = [weights for model in three for weights in model.get_weights()]

    compress.fuse(three, method="compact", data=(x, one_hot(y)), epochs=1)

    after = [weights for model in three for weights in model.get_weights()]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_model_is_not_enough(three: list[Model]) -> None:
    with pytest.raises(CompressionError, match="two models or more, given were 1"):
        compress.fuse(three[:1])


def test_unknown_methods_are_refused(three: list[Model]) -> None:
    with pytest.raises(InvalidValueError, match=r"auto, exact, compact, .*, it is 'both'"):
        compress.fuse(three, method="both")
