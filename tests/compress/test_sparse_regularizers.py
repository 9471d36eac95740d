"""Penalties that make zeros."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net

from fastcnn import compress
from fastcnn.compress import regularizers
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.errors import InvalidValueError
from fastcnn.models import Model
from fastcnn.random import set_random_seed

X = np.random.default_rng(0).random((32, 8, 8, 3), np.float32)
Y = np.random.default_rng(1).random((32, 3)).astype(np.float32)


def trained(penalty: regularizers.Proximal, *, rate: float = 1e-3, epochs: int = 8) -> Model:
    set_random_seed(0)
    model = Model.from_graph(make_net(["residual"], "global_average"))
    model.compile(optimizer="sgd", loss="mse")
    return compress.fine_tune(
        model,
        (X, Y),
        epochs=epochs,
        batch_size=8,
        learning_rate=rate,
        callbacks=[penalty],
    )


def minimum(w: np.ndarray, penalty, amount: float, v: np.ndarray) -> float:
    return float(np.square(v - w).sum() / 2 + amount * penalty(v))


@pytest.mark.parametrize("structure", ["channel", "kernel", "2x2"])
def test_a_step_of_the_group_lasso_is_the_proximal_one(structure: str, rng) -> None:
    lasso = regularizers.GroupLasso(1.0, structure)
    graph = make_net(["conv"], "flatten")
    value = list(lasso.parameters(graph))[1]
    w = value.data.astype(np.float64)
    labels = lasso._labels[value.name]

    def penalty(v: np.ndarray) -> float:
        groups = [v[labels == one] for one in np.unique(labels)]
        return sum(np.sqrt(group.size) * np.linalg.norm(group) for group in groups)

    v = lasso.shrink(value, w, 0.05)

    least = minimum(w, penalty, 0.05, v)
    for _ in range(30):
        other = v + 10 ** rng.uniform(-4, -1) * rng.standard_normal(v.shape)
        assert least <= minimum(w, penalty, 0.05, other) + 1e-9


def test_l1_makes_zeros_of_single_weights() -> None:
    model = trained(regularizers.L1(5.0))

    kernels = list(find_kernels(model.graph))
    zeros = np.concatenate([(kernel.data == 0).ravel() for kernel in kernels])
    assert 0.1 < zeros.mean() < 1


def test_the_group_lasso_makes_zeros_of_whole_channels() -> None:
    model = trained(regularizers.GroupLasso(8.0))

    emptied = 0
    for kernel in find_kernels(model.graph):
        rows = np.moveaxis(kernel.data, kernel.axis, 0).reshape(kernel.data.shape[kernel.axis], -1)
        empty = ~rows.any(axis=1)
        np.testing.assert_array_equal((rows == 0).any(axis=1), empty)
        emptied += int(empty.sum())
    assert emptied


def test_slimming_silences_channels_that_pruning_then_removes() -> None:
    model = trained(regularizers.Slimming(20.0))
    gammas = np.concatenate(
        [node.inputs[1].data for node in model.graph.nodes if node.op == "batch_norm"]
    )
    silent = int((gammas == 0).sum())
    assert silent > 0

    pruned = compress.prune(
        model,
        sparsity={"conv_1": 0.5},
        structure="channel",
        criterion="batch_norm_scale",
    )

    (left,) = [node.inputs[1].data for node in pruned.graph.nodes if node.op == "batch_norm"]
    strongest = np.sort(np.abs(gammas))[gammas.size // 2 :]
    np.testing.assert_array_equal(np.sort(np.abs(left)), strongest)


def test_without_strength_nothing_changes() -> None:
    with_penalty = trained(regularizers.L1(0.0), epochs=1)
    set_random_seed(0)
    model = Model.from_graph(make_net(["residual"], "global_average"))
    model.compile(optimizer="sgd", loss="mse")
    without = compress.fine_tune(model, (X, Y), epochs=1, batch_size=8, learning_rate=1e-3)

    for a, b in zip(find_kernels(with_penalty.graph), find_kernels(without.graph), strict=True):
        np.testing.assert_array_equal(a.data, b.data)


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(InvalidValueError, match="L1: strength must be at least 0, it is -1"):
        regularizers.L1(-1)
    with pytest.raises(InvalidValueError, match="it is 'rows'"):
        regularizers.GroupLasso(1.0, "rows")
    model = Model.from_graph(make_net([], "flatten"))
    model.compile(loss="mse")
    with pytest.raises(InvalidValueError, match="Slimming: the model has nothing to penalise"):
        model.fit(X, Y, callbacks=[regularizers.Slimming(1.0)], verbose=0)
