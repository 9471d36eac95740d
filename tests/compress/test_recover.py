"""Fine-tuning and recalibration."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net

from fastcnn import compress
from fastcnn.errors import CompressionError
from fastcnn.models import Model
from fastcnn.ops import evaluate


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
