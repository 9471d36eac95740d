"""Batch normalisation where the general contract does not look: a large mean, NaN, other ranks."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.ops import Builder
from fastcnn.ops.activation import activation_gradient
from tests.native.one_op import BLOCKED, graph_of, run_native, run_reference
from tests.ops.cases.case import Array, Case
from tests.tolerance import assert_close

SHAPES = ((300, 3), (40, 5, 3), (7, 3, 9, 11), (4, 9, 2, 3, 5))


def results(op: str, arrays: list[Array], **attrs) -> list[tuple[Array, Array]]:
    """Pairs of a native result and its reference."""
    graph = graph_of(Case(op, "", lambda _: [], attrs), arrays, BLOCKED)
    return list(zip(run_native(graph, arrays), run_reference(graph, arrays), strict=True))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_mean_far_from_zero_costs_no_digits_of_the_variance(shape, isa, rng):
    x = (1000 + rng.normal(size=shape)).astype(np.float32)
    gamma, beta = np.ones(shape[1], np.float32), np.zeros(shape[1], np.float32)

    y, _, variance, _ = results("batch_norm_train", [x, gamma, beta], epsilon=1e-3)

    np.testing.assert_allclose(variance[0], variance[1], rtol=1e-5)
    np.testing.assert_allclose(y[0], y[1], atol=2e-4)  # the mean is a float32 near 1000


@pytest.mark.parametrize("mean", [0, 1e-3, 1000])
def test_first_images_unlike_the_rest_cost_no_digits_of_the_variance(mean, isa, rng):
    x = rng.normal(size=(48, 5, 9, 11)).astype(np.float32)
    x[24:] = mean + 1e-2 * x[24:]
    x[:24] = -mean
    gamma, beta = np.ones(5, np.float32), np.zeros(5, np.float32)

    y, means, variance, _ = results("batch_norm_train", [x, gamma, beta], epsilon=1e-3)

    np.testing.assert_allclose(variance[0], variance[1], rtol=1e-5)
    np.testing.assert_allclose(means[0], means[1], rtol=1e-5, atol=1e-6 * (1 + mean))
    np.testing.assert_allclose(y[0], y[1], atol=2e-4)


@pytest.mark.parametrize("op", ["channel_sum", "batch_norm_train"])
def test_a_nan_stays_in_its_channel(op, isa, rng):
    x = rng.normal(size=(2, 9, 5, 7)).astype(np.float32)
    x[1, 4, 2, 2] = np.nan
    ones = np.ones(9, np.float32)
    arrays, attrs = ([x], {}) if op == "channel_sum" else ([x, ones, ones], {"epsilon": 1e-3})

    for result, _ in results(op, arrays, **attrs):
        axes = tuple(i for i in range(result.ndim) if result.shape[i] != 9)
        assert np.flatnonzero(np.isnan(result).any(axis=axes)).tolist() == [4]


def gradients(activation: str, arrays: list[Array], *, masked: bool) -> list[Array]:
    """Gradients by x, gamma and beta, of y and its activation at once or one after the other."""
    g = Builder()
    names = ("x", "gamma", "beta", "grad_y")
    x, gamma, beta, grad = (g.input(n, a.shape) for n, a in zip(names, arrays, strict=True))
    attrs = {"epsilon": 1e-3, "activation": activation}
    y, mean, _, inv_std = g.apply_all("batch_norm_train", x, gamma, beta, **attrs)
    if masked:
        statistics = (gamma, mean, inv_std, beta)
        given = g.apply_all("batch_norm_backward", grad, x, *statistics, activation=activation)
    else:
        grad = activation_gradient(g, grad, y, activation)
        given = g.apply_all("batch_norm_backward", grad, x, gamma, mean, inv_std)
    return run_native(g.build(given), arrays)


@pytest.mark.parametrize("activation", ["relu", "relu6"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_gradient_stops_exactly_where_the_forward_pass_was_flat(shape, activation, isa, rng):
    """Deviations of exactly 0, from integers that sum to 0, lie on both edges of the activation."""
    x = np.round(4 * rng.normal(size=shape)).astype(np.float32)
    x[0] = x[-1] = 0
    x[1::2] = -x[0:-1:2][: len(x[1::2])]
    beta = rng.normal(size=shape[1]).astype(np.float32)
    beta[:3] = 0, 6, 3
    gamma = rng.uniform(0.5, 4, shape[1]).astype(np.float32)
    grad = rng.normal(size=shape).astype(np.float32)

    apart = gradients(activation, [x, gamma, beta, grad], masked=False)
    at_once = gradients(activation, [x, gamma, beta, grad], masked=True)

    for a, b in zip(apart, at_once, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("activation", ["relu", "relu6"])
def test_a_nan_reaches_the_same_gradients_through_an_activation(activation, isa, rng):
    shape = (2, 9, 5, 7)
    x, grad = (rng.normal(size=shape).astype(np.float32) for _ in range(2))
    x[1, 4, 2, 2] = np.nan
    gamma, beta = np.ones(9, np.float32), np.zeros(9, np.float32)

    apart = gradients(activation, [x, gamma, beta, grad], masked=False)
    at_once = gradients(activation, [x, gamma, beta, grad], masked=True)

    assert np.flatnonzero(np.isnan(at_once[0]).any(axis=(0, 2, 3))).tolist() == [4]
    for a, b in zip(apart, at_once, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_gradient_flows_through_an_infinite_result(isa):
    x, grad = np.array([[2], [-2]], np.float32), np.array([[3], [5]], np.float32)
    zero, one, large = (np.full(1, value, np.float32) for value in (0, 1, 3e38))

    _, _, (grad_beta, _) = results(
        "batch_norm_backward", [grad, x, large, zero, one, zero], activation="relu"
    )

    np.testing.assert_array_equal(grad_beta, [3])


def test_lanes_past_the_last_channel_reach_no_result(isa, rng):
    """A sigmoid makes the zeros in them one half."""
    g = Builder()
    x = g.apply("sigmoid", g.input("x", (3, 5, 6, 7)))
    ones = g.constant("ones", np.ones(5, np.float32))
    statistics = g.apply_all("batch_norm_train", x, ones, ones, epsilon=1e-3)
    graph = g.build([*statistics, g.apply("channel_sum", x)])
    arrays = [rng.normal(size=(3, 5, 6, 7)).astype(np.float32)]

    truths = run_reference(graph, arrays)

    for result, truth in zip(run_native(graph, arrays), truths, strict=True):
        assert_close(result, truth, reduction=126)


@pytest.mark.parametrize("shape", [(0, 5), (0, 5, 3, 3)])
def test_an_empty_batch_sums_to_zero(shape, isa):
    ((result, _),) = results("channel_sum", [np.zeros(shape, np.float32)])

    np.testing.assert_array_equal(result, np.zeros(5, np.float32))
