"""Convolution with weights that are mostly zero: shapes, densities, layouts and thread counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcnn import runtime
from fastcnn.ops import Builder
from fastcnn.runtime.plan import make_plan
from tests.native.one_op import run_native, run_reference
from tests.ops.cases.convolution import Convolution, forward, same
from tests.shapes import convolutions
from tests.tolerance import assert_close

LARGE = (
    Convolution(1, 40, 70, (14, 14), (1, 1)),
    Convolution(2, 600, 33, (7, 7), (1, 1)),
    Convolution(1, 70, 40, (13, 17), (3, 3), pads=same(1)),
    Convolution(1, 33, 65, (28, 28), (3, 3), strides=(2, 2), pads=same(1)),
    Convolution(3, 24, 48, (9, 20), (1, 1), strides=(2, 2)),
    Convolution(1, 12, 16, (30, 11), (5, 7), pads=(2, 3, 1, 0), dilations=(2, 1)),
    Convolution(1, 32, 48, (10, 10), (3, 3), pads=same(1), groups=4),
    Convolution(1, 16, 16, (1, 1), (1, 1)),
    Convolution(1, 300, 20, (28, 28), (1, 1)),
    Convolution(2, 64, 24, (16, 20), (1, 1), groups=2),
    Convolution(1, 40, 40, (9, 14), (3, 3), pads=same(1)),
)


def sparse_case(conv, rng, *, density, residual=False, blocked=False, one_sign=False):
    """Graph and inputs of one convolution with constant weights, most of them zero.

    Args:
        conv: Shapes and attributes.
        rng: Source of numbers.
        density: Share of the weights that are not zero.
        residual: Whether a second input is added to the result.
        blocked: Whether the image comes from an op that gives the blocked layout.
        one_sign: Whether no number is negative, so that no sum is a difference of large terms.
    """
    case = forward(conv, activation="relu", residual=residual)
    x, w, b, *others = (np.abs(a) if one_sign else a for a in case.inputs(rng))
    w = np.where(rng.random(w.shape) < density, w, 0).astype(np.float32)
    g = Builder()
    image = g.input("x", x.shape)
    if blocked:
        image = g.apply("max_pool2d", image, kernel_size=(1, 1), strides=(1, 1), pads=(0, 0, 0, 0))
    extra = [g.input("residual", other.shape) for other in others]
    values = [image, g.constant("w", w), g.constant("b", b), *extra]
    return g.build([g.apply("conv2d", *values, **case.attrs)]), [x, *others]


def kernels_of(graph):
    return [step["kernel"] for step in make_plan(graph, threads=1).steps()]


def check(graph, arrays, reduction, threads=2):
    (result,), (truth,) = run_native(graph, arrays, threads), run_reference(graph, arrays)

    assert_close(result, truth, reduction=reduction)


def reduction_of(conv):
    return int(np.prod(conv.w[1:]))


@pytest.mark.parametrize("blocked", [False, True], ids=["plain", "blocked"])
@pytest.mark.parametrize("density", [0.0, 0.03, 0.2])
@pytest.mark.parametrize("conv", LARGE, ids=lambda conv: conv.id)
def test_large_images_equal_the_reference(conv, density, blocked, isa, rng):
    graph, arrays = sparse_case(conv, rng, density=density, residual=blocked, blocked=blocked)

    check(graph, arrays, reduction_of(conv))


@pytest.mark.parametrize("conv", LARGE, ids=lambda conv: conv.id)
def test_few_weights_are_run_by_the_sparse_kernel(conv, isa, rng):
    graph, _ = sparse_case(conv, rng, density=0.02)

    assert any("conv2d_sparse" in name for name in kernels_of(graph))


@pytest.mark.parametrize("conv", LARGE, ids=lambda conv: conv.id)
def test_tables_serve_where_no_code_is_generated(conv, rng, monkeypatch):
    monkeypatch.setenv("FASTCNN_JIT", "0")
    graph, arrays = sparse_case(conv, rng, density=0.05, residual=True)

    assert not any("generated" in name for name in kernels_of(graph))
    check(graph, arrays, reduction_of(conv))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    conv=convolutions(),
    density=st.floats(0, 0.3),
    residual=st.booleans(),
    blocked=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_convolution_equals_the_reference(conv, density, residual, blocked, seed):
    rng = np.random.default_rng(seed)
    graph, arrays = sparse_case(
        conv, rng, density=density, residual=residual, blocked=blocked, one_sign=True
    )

    (result,), (truth,) = run_native(graph, arrays), run_reference(graph, arrays)

    assert_close(result, truth, reduction=reduction_of(conv))


@pytest.mark.parametrize("conv", LARGE, ids=lambda conv: conv.id)
def test_threads_do_not_change_a_bit(conv, rng, threads):
    runtime.set_num_threads(3)
    graph, arrays = sparse_case(conv, rng, density=0.05)

    results = [run_native(graph, arrays, threads=count)[0] for count in (1, 2, 3)]

    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@pytest.mark.parametrize("conv", LARGE, ids=lambda conv: conv.id)
def test_the_residual_may_be_written_over(conv, isa, rng):
    """The result takes the memory of a residual that nothing else reads."""
    case = forward(conv, activation="relu", residual=True)
    x, w, b, other = case.inputs(rng)
    w = np.where(rng.random(w.shape) < 0.05, w, 0).astype(np.float32)
    g = Builder()
    values = [g.input("x", x.shape), g.constant("w", w), g.constant("b", b)]
    residual = g.apply("abs", g.input("residual", other.shape))
    y = g.apply("conv2d", *values, residual, **case.attrs)
    graph = g.build([g.apply("negative", y)])

    check(graph, [x, other], reduction_of(conv))


def test_one_weight_moves_one_channel(isa, rng):
    conv = Convolution(1, 20, 9, (6, 11), (3, 3), pads=same(1))
    x, w, b = forward(conv).inputs(rng)
    w[:] = 0
    w[4, 17, 0, 2] = 2
    g = Builder()
    values = [g.input("x", x.shape), g.constant("w", w), g.constant("b", np.zeros_like(b))]
    graph = g.build([g.apply("conv2d", *values, **conv.attrs)])

    (y,) = run_native(graph, [x])

    expected = np.zeros_like(y)
    expected[0, 4, 1:, :-1] = 2 * x[0, 17, :-1, 1:]
    np.testing.assert_array_equal(y, expected)


def test_what_no_weight_reads_spreads_no_nan(isa, rng):
    conv = Convolution(1, 20, 9, (6, 11), (3, 3), pads=same(1))
    graph, arrays = sparse_case(conv, rng, density=0.05)
    arrays[0][0, 3] = np.nan
    w = graph.nodes[0].inputs[1].data

    (y,) = run_native(graph, arrays)

    reads = (w[:, 3] != 0).any(axis=(1, 2))
    assert reads.any()
    assert not reads.all()
    np.testing.assert_array_equal(np.isnan(y[0]).any(axis=(1, 2)), reads)


def test_dense_weights_are_left_to_dense_kernels(rng):
    conv = Convolution(1, 20, 9, (6, 11), (3, 3), pads=same(1))
    graph, _ = sparse_case(conv, rng, density=0.9)

    assert not any("conv2d_sparse" in name for name in kernels_of(graph))


def test_weights_of_two_convolutions_are_packed_for_each(rng):
    """Stride and dilation place the same taps differently in panels of one size."""
    w = np.where(rng.random((16, 16, 3, 1)) < 0.08, 1, 0).astype(np.float32)
    g = Builder()
    x = g.input("x", (1, 16, 24, 8))
    shared, b = g.constant("w", w), g.constant("b", np.zeros(16, np.float32))
    attrs = {"pads": (0, 0, 0, 0), "groups": 1}
    ways = [((2, 1), (1, 1)), ((2, 1), (2, 1)), ((2, 1), (3, 1)), ((1, 1), (1, 1))]
    graph = g.build(
        [
            g.apply("conv2d", x, shared, b, strides=strides, dilations=dilations, **attrs)
            for strides, dilations in ways
        ]
    )
    arrays = [rng.normal(size=(1, 16, 24, 8)).astype(np.float32)]

    truths = run_reference(graph, arrays)

    for result, truth in zip(run_native(graph, arrays), truths, strict=True):
        assert_close(result, truth, reduction=48)
