"""Soups, layers by choice, the ensemble as a teacher; and what is kept."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net

from fastcnn import compress
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.models import Model
from fastcnn.ops import Builder

RECIPE = {"body": ["batch_norm", "conv"], "head": "global_average"}


def samples(count: int = 128, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Images whose class is the brightest channel."""
    rng = np.random.default_rng(seed)
    x = rng.random((count, 8, 8, 3), np.float32)
    y = rng.integers(0, 3, count).astype(np.int32)
    x[np.arange(count), :, :, y] += 1
    return x, y


def classifier(seed: int = 0) -> Model:
    graph = make_net(**RECIPE, seed=seed)
    b = Builder(graph)
    model = Model.from_graph(b.build([b.apply("softmax", graph.outputs[0], axis=1)]))
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    return model


@pytest.fixture(scope="module")
def from_one_start() -> list[Model]:
    start = compress.fine_tune(
        classifier(), samples(512), epochs=15, batch_size=16, learning_rate=0.01
    )
    return [
        compress.fine_tune(start, samples(256, seed), epochs=2, batch_size=16, learning_rate=1e-3)
        for seed in (6, 7)
    ]


def parameters(model: Model) -> dict[str, np.ndarray]:
    return {name: value.data for name, value in model.graph.parameters.items()}


def loss(model: Model, data: tuple[np.ndarray, np.ndarray]) -> float:
    return model.evaluate(*data, verbose=0, return_dict=True)["loss"]


def test_the_uniform_soup_is_the_mean_of_the_weights(from_one_start: list[Model]) -> None:
    soup = compress.fuse(from_one_start, method="uniform")

    one, two = map(parameters, from_one_start)
    for name, data in parameters(soup).items():
        np.testing.assert_allclose(data, (one[name] + two[name]) / 2, rtol=1e-6, atol=1e-7)
    assert soup.records[-1].details["method"] == "uniform"


def test_soups_measure_the_moving_statistics_anew(from_one_start: list[Model]) -> None:
    x, _ = samples()

    soup = compress.fuse(from_one_start, method="uniform", data=x, samples=len(x))

    again = compress.recalibrate(soup, x)
    for name, data in parameters(again).items():
        np.testing.assert_allclose(parameters(soup)[name], data, rtol=1e-4, atol=1e-5)


def test_the_greedy_soup_leaves_out_what_spoils_it(from_one_start: list[Model]) -> None:
    test = samples(96, 9)

    soup = compress.fuse(
        [classifier(3), *from_one_start], method="greedy", validation_data=test, data=samples()[0]
    )

    assert 0 not in soup.records[-1].details.get("soup", [])
    assert loss(soup, test) <= min(loss(model, test) for model in from_one_start) + 1e-6


def test_each_layer_comes_from_where_it_was_chosen(from_one_start: list[Model]) -> None:
    graph = from_one_start[0].graph
    kernels = [node.inputs[1].name for node in graph.nodes if node.op in ("conv2d", "dense")]

    mixed = compress.fuse(
        from_one_start, method="uniform", layers={"conv": 1, "conv_1": "average", "dense": 0}
    )

    one, two, found = map(parameters, (*from_one_start, mixed))
    np.testing.assert_array_equal(found[kernels[0]], two[kernels[0]])
    np.testing.assert_allclose(found[kernels[1]], (one[kernels[1]] + two[kernels[1]]) / 2)
    np.testing.assert_array_equal(found[kernels[2]], one[kernels[2]])


def test_choices_of_layers_are_checked(from_one_start: list[Model]) -> None:
    with pytest.raises(InvalidValueError, match=r"'average' or the place of a model, from 0 to 1"):
        compress.fuse(from_one_start, method="uniform", layers={"conv": 2})
    with pytest.raises(InvalidValueError, match="no layer is named 'cnov'"):
        compress.fuse(from_one_start, method="uniform", layers={"cnov": 0})
    with pytest.raises(InvalidValueError, match="in method='compact' or 'uniform'"):
        compress.fuse(from_one_start, method="exact", layers={"conv": 0})


def test_the_ensemble_teaches_one_model() -> None:
    parts, (x, _) = [classifier(seed) for seed in (1, 2)], samples(256)
    mean = np.mean([part.predict(x) for part in parts], axis=0)

    one = compress.fuse(
        parts, method="distilled", data=x, epochs=15, batch_size=16, learning_rate=0.01,
        temperature=1,
    )  # fmt: skip

    assert one.count_params() == parts[0].count_params()
    before = np.abs(parts[0].predict(x) - mean).mean()
    assert np.abs(one.predict(x) - mean).mean() < before / 2


def test_a_form_that_is_worse_than_a_model_is_not_kept(from_one_start: list[Model]) -> None:
    good, test = from_one_start[0], samples(96, 9)
    spoilt = good.with_graph(
        good.graph.with_data({name: -data for name, data in parameters(good).items()
                              if data.ndim > 1})
    )  # fmt: skip

    kept = compress.fuse([spoilt, good], method="uniform", validation_data=test)

    assert kept.records[-1].details["method"] == "model 2"
    assert "no form of 2 models fused is better than model 2" in kept.records[-1].text
    assert loss(kept, test) == pytest.approx(loss(good, test), rel=1e-5)


def test_what_is_missing_is_said(from_one_start: list[Model]) -> None:
    with pytest.raises(CompressionError, match=r"give validation_data=\(x, y\)"):
        compress.fuse(from_one_start, method="greedy")
    with pytest.raises(CompressionError, match=r"give data=\(x, y\), or data=x"):
        compress.fuse(from_one_start, method="distilled")
