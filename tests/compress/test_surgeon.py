"""Optimal brain surgery against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcnn import compress
from fastcnn.compress.activations import activations
from fastcnn.compress.prune.criteria import Obc
from fastcnn.compress.prune.hessian import Hessians, rows_of, window_of
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.prune.surgeon import remove, trace
from fastcnn.models import Model
from fastcnn.ops import Builder


def problem(seed: int, groups: int, outputs: int, unknowns: int):
    rng = np.random.default_rng(seed)
    mix = rng.standard_normal((groups, 3 * unknowns, unknowns)) @ rng.standard_normal(
        (unknowns, unknowns)
    )
    hessian = mix.transpose(0, 2, 1) @ mix / len(mix[0]) + 0.1 * np.eye(unknowns)
    weights = rng.standard_normal((groups * outputs, unknowns))
    return weights, hessian, np.linalg.inv(hessian)


def best_without(w: np.ndarray, h: np.ndarray, gone: list[int]) -> tuple[np.ndarray, float]:
    """The minimum of (v - w)^T H (v - w) / 2 over v that are zero at `gone`."""
    kept = [i for i in range(len(w)) if i not in gone]
    v = np.zeros_like(w)
    v[kept] = np.linalg.solve(h[np.ix_(kept, kept)], (h @ w)[kept])
    return v, float((v - w) @ h @ (v - w)) / 2


@given(seed=st.integers(0, 1000), groups=st.sampled_from([1, 2, 3]), unknowns=st.integers(1, 9))
@settings(max_examples=20, deadline=None)
def test_the_cheapest_weight_goes_each_time(seed: int, groups: int, unknowns: int) -> None:
    weights, hessian, inverse = problem(seed, groups, 2, unknowns)

    scores = trace(weights, inverse, depth=unknowns)

    for row, (w, score) in enumerate(zip(weights, scores, strict=True)):
        h = hessian[row // 2]
        gone: list[int] = []
        before, worst = 0.0, 0.0
        for _ in range(unknowns):
            left = [i for i in range(unknowns) if i not in gone]
            errors = [best_without(w, h, [*gone, i])[1] for i in left]
            cheapest = left[int(np.argmin(errors))]
            worst = max(worst, min(errors) - before)
            assert score[cheapest] == pytest.approx(worst, rel=1e-6, abs=1e-9)
            before = min(errors)
            gone.append(cheapest)


@given(seed=st.integers(0, 1000), block=st.integers(1, 6), depth=st.integers(1, 12))
@settings(max_examples=20, deadline=None)
def test_a_trace_ranks_all_weights_whatever_its_depth_and_blocks(
    seed: int, block: int, depth: int
) -> None:
    weights, _, inverse = problem(seed, 2, 3, 12)

    scores = trace(weights, inverse, depth, block)

    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    ordered = np.sort(scores, axis=1)
    traced = np.partition(scores, depth - 1, axis=1)[:, :depth].max(1)
    assert (ordered[:, depth - 1] == traced).all()


def test_blocks_cost_little(rng: np.random.Generator) -> None:
    weights, hessian, inverse = problem(3, 1, 8, 64)

    def error(block: int) -> float:
        scores = trace(weights, inverse, 40, block)
        dropped = scores.argsort(axis=1).argsort(axis=1) < 32
        change = remove(weights, hessian, inverse, dropped) - weights
        return float(np.einsum("od,de,oe->", change, hessian[0], change))

    assert error(4) <= 1.3 * error(1)


@given(seed=st.integers(0, 1000), groups=st.sampled_from([1, 2]), share=st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_what_stays_is_the_best_fit(seed: int, groups: int, share: float) -> None:
    weights, hessian, inverse = problem(seed, groups, 3, 8)
    dropped = np.random.default_rng(seed).random(weights.shape) < share

    remaining = remove(weights, hessian, inverse, dropped)

    for row, (w, v, gone) in enumerate(zip(weights, remaining, dropped, strict=True)):
        expected, _ = best_without(w, hessian[row // 3], list(np.flatnonzero(gone)))
        np.testing.assert_allclose(v, expected, rtol=1e-6, atol=1e-8)
        assert not v[gone].any()


def test_moments_are_those_of_the_windows() -> None:
    graph = make_net(["grouped", "depthwise", "strided"], "flatten", structure=5)
    x = {"x": np.random.default_rng(0).random((6, 8, 8, 3), np.float32)}
    hessians = Hessians(graph, x, np.random.default_rng(0))

    for kernel in find_kernels(graph):
        u = activations(graph, [kernel.node.inputs[0]], x)[kernel.node.inputs[0].name]
        groups = kernel.node.attrs.get("groups", 1)
        if kernel.node.op == "conv2d":
            windows = np.moveaxis(window_of(kernel).view(u.astype(np.float64)), 1, 3)
            rows = windows.reshape(-1, groups, rows_of(kernel, kernel.data).shape[2])
        else:
            rows = u[:, None].astype(np.float64)

        moments = hessians[kernel]

        for group in range(groups):
            np.testing.assert_allclose(moments.mean[group], rows[:, group].mean(0), atol=1e-6)
            expected = np.cov(rows[:, group].T, bias=True)
            np.testing.assert_allclose(moments.covariance[group], expected, atol=1e-5)


def line(x_mean: float) -> tuple[Model, np.ndarray]:
    """A dense layer of inputs that are correlated and not centred."""
    rng = np.random.default_rng(0)
    g = Builder()
    x = g.input("x", (None, 12))
    w = g.parameter("w", rng.standard_normal((12, 5)).astype(np.float32))
    b = g.parameter("b", rng.standard_normal(5).astype(np.float32))
    model = Model.from_graph(g.build([g.apply("dense", x, w, b, name="line")]))
    samples = rng.standard_normal((400, 4)) @ rng.standard_normal((4, 12)) + x_mean
    return model, (samples + 0.1 * rng.standard_normal((400, 12))).astype(np.float32)


def test_a_layer_keeps_its_answers_far_better_than_by_magnitude() -> None:
    model, x = line(x_mean=3.0)
    y = model.predict(x)

    errors = {
        criterion: np.square(
            compress.prune(model, sparsity=0.5, criterion=criterion, scope="layer", data=x).predict(
                x
            )
            - y
        ).mean()
        for criterion in ("obc", "magnitude")
    }

    assert errors["obc"] < 0.02 * errors["magnitude"]


def test_the_mean_answer_stays() -> None:
    model, x = line(x_mean=3.0)

    pruned = compress.prune(model, sparsity=0.7, criterion="obc", data=x)

    np.testing.assert_allclose(pruned.predict(x).mean(0), model.predict(x).mean(0), atol=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_layers_fitted_in_turn_make_up_for_those_ahead(seed: int) -> None:
    body = ["conv", "residual", "conv", "residual", "depthwise"]
    model = Model.from_graph(make_net(body, "global_average", seed=seed, structure=7))
    x, held_out = smooth(512, 0), smooth(512, 1)
    y = model.predict(held_out)

    errors = [
        np.square(
            compress.prune(model, sparsity=0.5, criterion=Obc(in_turn=way), data=x).predict(
                held_out
            )
            - y
        ).mean()
        for way in (False, True)
    ]

    assert errors[1] < 0.95 * errors[0]


def test_fitting_in_turn_leaves_a_whole_network_alone_and_zeros_at_zero() -> None:
    model = Model.from_graph(make_net(["grouped", "residual", "batch_norm"], "flatten"))
    x = smooth(128, 0)

    whole = compress.prune(model, sparsity=0.0, criterion="obc", data=x)
    half = compress.prune(model, sparsity=0.5, criterion="obc", data=x)

    for name, value in model.graph.parameters.items():
        same = whole.graph.parameters[name].data
        np.testing.assert_allclose(same, value.data, rtol=1e-3, atol=1e-4)
        if value.type.rank > 1:
            zeros = np.count_nonzero(half.graph.parameters[name].data == 0)
            assert zeros == pytest.approx(0.5 * value.data.size, abs=1)


def smooth(count: int, seed: int) -> np.ndarray:
    """Images of patches, with some noise."""
    rng = np.random.default_rng(seed)
    patches = rng.standard_normal((count, 3, 3, 3))
    x = np.kron(patches, np.ones((1, 3, 3, 1)))[:, :8, :8]
    return (x + 0.3 * rng.standard_normal(x.shape)).astype(np.float32)
