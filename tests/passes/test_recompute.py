"""Activations that are computed again: the same bits in less memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastcnn import layers, losses, optimizers, passes, runtime
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.random import set_random_seed
from fastcnn.train.step_graph import training_graph

SHAPES = {"image": (8, 16, 16, 3), "target": (8,), "learning_rate": (), "step": ()}


def step_graph() -> Graph:
    """Residual blocks with batch normalisation, dropout and pooling, and Adam."""
    set_random_seed(1)
    x = layers.Input((16, 16, 3), name="image")
    y = layers.Conv2D(8, 3, padding="same", name="first")(x)
    for block in range(3):
        z = layers.Conv2D(8, 3, padding="same", name=f"conv{block}")(y)
        z = layers.ReLU(name=f"relu{block}")(layers.BatchNormalization(name=f"bn{block}")(z))
        y = layers.Add(name=f"add{block}")([y, layers.Dropout(0.2, name=f"dropout{block}")(z)])
    y = layers.Flatten(name="flatten")(layers.MaxPooling2D(2, name="pool")(y))
    y = layers.Dense(5, activation="softmax", name="head")(y)
    graph = layers.build_graph([x], [y])
    loss = losses.get("sparse_categorical_crossentropy")
    return training_graph(graph, optimizers.get("adam"), loss)


def feeds(step: int) -> dict[str, Any]:
    rng = np.random.default_rng(step)
    return {
        "image": rng.standard_normal(SHAPES["image"], np.float32),
        "target": rng.integers(0, 5, 8).astype(np.int32),
        "learning_rate": np.float32(0.01),
        "step": np.int32(step),
    }


def specialized() -> Graph:
    graph = step_graph()
    return passes.specialize(graph, {value.name: SHAPES[value.name] for value in graph.inputs})


def trained(graph: Graph, **options: Any) -> tuple[list[Any], dict[str, Any], int]:
    """Losses, the state after three updates, and the bytes of the plan."""
    step = runtime.Step(graph, **options)
    found = [step.run(feeds(k)) for k in range(1, 4)]
    plan = step.plan(tuple(SHAPES[value.name] for value in graph.inputs))
    return [next(iter(r.values())) for r in found], step.state, plan.arena_bytes


@pytest.mark.parametrize("segments", [1, 2, 3, 5, 9, 40])
def test_three_updates_end_in_the_same_bits(segments: int) -> None:
    graph = specialized()
    losses_, state, _ = trained(graph)

    again, other, _ = trained(passes.recompute(graph, segments), guard=True)

    assert losses_ == again
    for name, array in state.items():
        np.testing.assert_array_equal(array, other[name], name)


def test_one_segment_changes_nothing_and_more_run_nodes_again() -> None:
    graph = specialized()

    one, three = passes.recompute(graph, 1), passes.recompute(graph, 3)

    assert str(one) == str(graph)
    extra = [node.op for node in three.nodes if node.name.endswith("/again")]
    assert "conv2d" in extra
    assert len(extra) == len(three.nodes) - len(graph.nodes) < len(graph.nodes)


def test_the_limit_is_kept_at_the_same_bits() -> None:
    graph = step_graph()
    losses_, state, whole = trained(graph)

    again, other, less = trained(graph, memory_limit=whole * 17 // 20)

    assert less <= whole * 17 // 20
    assert losses_ == again
    for name, array in state.items():
        np.testing.assert_array_equal(array, other[name], name)


def test_a_limit_that_cannot_be_kept_tells_the_least() -> None:
    with pytest.raises(InvalidValueError, match=r"memory_limit is 1000 bytes.*need \d+ at least"):
        trained(step_graph(), memory_limit=1000)
