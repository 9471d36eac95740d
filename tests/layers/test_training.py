"""Every layer can be trained: its gradient is right, and a step of it runs natively."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fastcnn import layers, models, passes, random
from fastcnn.graph import Graph, Value
from fastcnn.layers import build_graph
from fastcnn.ops import Builder, evaluate
from tests.layers.layer_cases import CASES, Case

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
STEP = 1e-6
BATCH = 2


def with_loss(case: Case, rng: np.random.Generator) -> tuple[Graph, Value]:
    """One layer whose weights are inputs, and a weighted sum of what it gives."""
    inputs, output = case.model()
    graph = build_graph(inputs, [output])
    weights = {
        name: replace(value, data=None, traits=None)
        for name, value in graph.parameters.items()
        if value.is_trainable
    }
    graph = graph.with_values(weights)
    g = Builder(replace(graph, inputs=(*graph.inputs, *weights.values())))
    (y,) = graph.outputs
    shares = g.constant("shares", rng.standard_normal((BATCH, *y.shape[1:])).astype(np.float32))
    loss = g.apply("reduce_sum", g.apply("multiply", y, shares))
    return g.build([loss]), loss


def drawn(value: Value, rng: np.random.Generator) -> np.ndarray:
    """Numbers for an input, none of them close to 0, where some layers have a kink."""
    shape = [BATCH if extent is None else extent for extent in value.shape]
    return rng.uniform(0.1, 2, shape) * rng.choice([-1, 1], shape)


@every_case
def test_the_gradient_equals_central_differences(case, rng):
    graph, loss = with_loss(case, rng)
    feeds = {value.name: drawn(value, rng) for value in graph.inputs}

    builder, grads = passes.differentiate(graph, loss, graph.inputs)
    values = evaluate(builder.build([loss, *grads.values()]), feeds)

    assert grads.keys() == feeds.keys()
    for name, array in feeds.items():
        direction = rng.standard_normal(array.shape)
        ahead, behind = (
            float(evaluate(graph, {**feeds, name: array + sign * STEP * direction})[loss.name])
            for sign in (1, -1)
        )
        shares = values[grads[name].name] * direction
        limit = 1e-6 * (np.abs(shares).sum() + abs(ahead))
        assert (ahead - behind) / (2 * STEP) == pytest.approx(shares.sum(), abs=limit)


@every_case
def test_a_step_of_training_runs_natively(case, rng):
    random.set_random_seed(1)
    inputs = [layers.Input(shape) for shape in case.inputs]
    layer = case.make()
    y = layer(inputs if len(inputs) > 1 else inputs[0])
    model = models.Model(inputs, layers.Dense(1)(layers.Flatten()(y)))
    model.compile(optimizer="sgd", loss="mean_squared_error")
    before = model.get_weights()
    x = {value.name: rng.standard_normal((BATCH, *value.shape[1:])) for value in model.graph.inputs}

    model.fit(x, rng.standard_normal((BATCH, 1)), verbose=0)

    pairs = list(zip(before, model.get_weights(), strict=True))
    assert all(np.isfinite(new).all() for _, new in pairs)
    assert any((old != new).any() for old, new in pairs)


def test_whole_channels_are_dropped_in_training(rng):
    x = layers.Input((5, 6, 40))
    graph = build_graph([x], [layers.SpatialDropout2D(0.3, seed=7)(x)])
    image = rng.uniform(1, 2, (3, 5, 6, 40))

    training = passes.prepare_training(graph)
    feeds = {graph.inputs[0].name: image, "step": np.int32(4)}
    y = evaluate(training, feeds)[graph.outputs[0].name]

    kept = (y != 0).reshape(3, 30, 40)
    np.testing.assert_array_equal(kept.all(axis=1), kept.any(axis=1))
    assert 0.5 < kept.mean() < 0.9
    np.testing.assert_allclose(y[y != 0], (image / 0.7)[y != 0], rtol=1e-12)
