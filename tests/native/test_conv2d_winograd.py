"""Winograd's convolution against float64: tiles at every edge, batches, NaN, error, refusals."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import runtime
from fastcnn.runtime.plan import make_plan
from tests.native.one_op import (
    BLOCKED,
    CONSTANT,
    expect_same_bits,
    graph_of,
    run_native,
    run_reference,
)
from tests.ops.cases.convolution import Convolution, backward, forward, same
from tests.tolerance import assert_close

# Tiles that end inside of the image, channels around the vector widths, one and several panels,
# several images a panel, pads of all kinds; tiles of 4x4 or 2x2 as the machine has it, and where
# the image is six pixels wide, of 2x2.
CONVOLUTIONS = (
    Convolution(1, 16, 16, (12, 12), (3, 3), pads=same(1)),
    Convolution(1, 32, 64, (13, 13), (3, 3)),
    Convolution(2, 17, 40, (14, 11), (3, 3), pads=same(1)),
    Convolution(1, 64, 33, (30, 29), (3, 3), pads=same(1)),
    Convolution(5, 24, 32, (9, 10), (3, 3), pads=(0, 2, 1, 0)),
    Convolution(3, 16, 48, (16, 15), (3, 3), pads=(2, 0, 1, 2)),
    Convolution(9, 20, 24, (23, 22), (3, 3), pads=same(2)),
    Convolution(2, 256, 256, (7, 7), (3, 3), pads=same(1)),
    Convolution(2, 250, 260, (8, 7), (3, 3), pads=same(1)),
    Convolution(1, 136, 140, (7, 8), (3, 3), pads=(0, 1, 2, 1)),
    Convolution(4, 120, 140, (6, 5), (3, 3), pads=(0, 1, 2, 1)),
    Convolution(4, 250, 260, (6, 6), (3, 3), pads=same(1)),
)
# The same for the gradients of weights: parts of the batch and of the channels, too.
MANY_PIXELS = (
    Convolution(8, 16, 16, (12, 12), (3, 3), pads=same(1)),
    Convolution(16, 32, 64, (13, 13), (3, 3)),
    Convolution(40, 64, 64, (5, 5), (3, 3)),
    Convolution(9, 17, 40, (14, 11), (3, 3), pads=same(1)),
    Convolution(4, 64, 33, (30, 29), (3, 3), pads=same(1)),
    Convolution(16, 24, 32, (9, 10), (3, 3), pads=(0, 2, 1, 0)),
    Convolution(3, 16, 48, (32, 31), (3, 3), pads=(2, 0, 1, 2)),
    Convolution(30, 24, 24, (6, 6), (3, 3), pads=same(1)),
    Convolution(6, 130, 140, (16, 16), (3, 3), pads=same(1)),
)
# Groups of whole blocks of any vector.
GROUPED = (
    Convolution(1, 48, 48, (16, 16), (3, 3), pads=same(1), groups=3),
    Convolution(1, 192, 192, (16, 16), (3, 3), pads=same(1), groups=3),
    Convolution(2, 64, 160, (13, 14), (3, 3), groups=2),
    Convolution(3, 128, 64, (9, 10), (3, 3), pads=(0, 2, 1, 0), groups=4),
    Convolution(1, 128, 128, (40, 41), (3, 3), pads=same(1), groups=2),
)
each_convolution = pytest.mark.parametrize("conv", CONVOLUTIONS, ids=lambda conv: conv.id)


def kernel_of(graph):
    steps = make_plan(graph, threads=1, winograd=True).steps()
    (kernel,) = [step["kernel"] for step in steps if step["op"].startswith("conv2d")]
    return kernel


def gradient(conv):
    """The gradient of what the convolution reads."""
    return next(backward(conv))


def weights_gradient(conv):
    return list(backward(conv))[1]


def check(case, rng, form, scale=1.0):
    arrays = case.inputs(rng)
    arrays[0] *= np.float32(scale)
    graph = graph_of(case, arrays, form)

    (result,) = run_native(graph, arrays, winograd=True)

    (truth,) = run_reference(graph, arrays)
    assert_close(result, truth, reduction=case.reduction)
    return graph


@each_convolution
def test_it_equals_the_reference(conv, isa, rng):
    check(forward(conv), rng, CONSTANT)


@pytest.mark.parametrize("conv", [pytest.param(c, id=c.id) for c in GROUPED])
def test_groups_equal_the_reference(conv, isa, rng):
    graph = check(forward(conv), rng, CONSTANT)

    assert "winograd" in kernel_of(graph)


def test_a_nan_stays_in_its_group(rng):
    case = forward(Convolution(1, 48, 48, (16, 16), (3, 3), pads=same(1), groups=3))
    arrays = case.inputs(rng)
    arrays[0][0, 20] = np.nan
    graph = graph_of(case, arrays, CONSTANT)

    (result,) = run_native(graph, arrays, winograd=True)

    assert "winograd" in kernel_of(graph)
    assert np.isnan(result[0]).any(axis=(1, 2)).nonzero()[0].tolist() == list(range(16, 32))


def test_both_sizes_of_tile_are_among_them(isa, rng):
    kernels = {
        kernel_of(graph_of(forward(conv), forward(conv).inputs(rng), CONSTANT))
        for conv in CONVOLUTIONS
    }

    assert kernels >= {f"conv2d_winograd_f32_nchwc_{m}x{m}__{isa}" for m in (2, 4)}


@each_convolution
def test_the_gradient_equals_the_reference(conv, isa, rng):
    check(gradient(conv), rng, BLOCKED)


@each_convolution
def test_the_gradient_adds_a_residual(conv, rng):
    *_, case = backward(conv)

    check(case, rng, BLOCKED)


def test_both_sizes_of_tile_are_among_the_gradients(isa, rng):
    kernels = {
        kernel_of(graph_of(gradient(conv), gradient(conv).inputs(rng), BLOCKED))
        for conv in CONVOLUTIONS
    }

    assert kernels >= {f"conv2d_winograd_f32_nchwc_{m}x{m}__{isa}" for m in (2, 4)}


@pytest.mark.parametrize("conv", [pytest.param(c, id=c.id) for c in MANY_PIXELS])
def test_the_gradient_of_the_weights_equals_the_reference(conv, isa, rng):
    graph = check(weights_gradient(conv), rng, BLOCKED)

    assert "winograd" in kernel_of(graph)


def test_both_sizes_of_tile_are_among_the_gradients_of_weights(isa, rng):
    kernels = {
        kernel_of(graph_of(weights_gradient(conv), weights_gradient(conv).inputs(rng), BLOCKED))
        for conv in MANY_PIXELS
    }

    assert kernels >= {f"conv2d_winograd_f32_nchwc_{m}x{m}__{isa}" for m in (2, 4)}


@pytest.mark.parametrize(("activation", "scale"), [("relu", 1.0), ("relu6", 0.1)])
@each_convolution
def test_residual_and_activation_are_fused(conv, activation, scale, rng):
    check(forward(conv, activation, residual=True), rng, BLOCKED, scale)


def test_tiles_end_rightly_at_every_size_and_padding(rng):
    """Every remainder of the height by the tile, every place of an edge in a tile."""
    for (h, w), top, left in itertools.product(
        [(13, 16), (14, 15), (15, 14), (16, 13)], range(3), range(3)
    ):
        conv = Convolution(1, 32, 16, (h, w), (3, 3), pads=(top, left, 2 - top, 1))
        for case in (forward(conv), gradient(conv)):
            graph = check(case, rng, CONSTANT)
            assert "winograd" in kernel_of(graph)
        graph = check(weights_gradient(replace(conv, n=8)), rng, BLOCKED)
        assert "winograd" in kernel_of(graph)


def test_the_gradient_of_a_wide_border_is_cropped(rng):
    for pads in [(4, 3, 0, 5), (3, 0, 5, 3)]:
        conv = Convolution(1, 32, 16, (13, 14), (3, 3), pads=pads)
        graph = check(gradient(conv), rng, CONSTANT)
        assert "winograd" in kernel_of(graph)


@pytest.mark.parametrize(
    ("conv", "way"),
    [
        *itertools.product(CONVOLUTIONS, ["forward", "gradient"]),
        *((conv, "weights") for conv in MANY_PIXELS),
    ],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_threads_do_not_change_a_bit(conv, way, rng, threads):
    runtime.set_num_threads(3)
    case = {
        "forward": lambda: forward(conv, "relu", residual=True),
        "gradient": lambda: gradient(conv),
        "weights": lambda: weights_gradient(conv),
    }[way]()
    arrays = case.inputs(rng)

    expect_same_bits(graph_of(case, arrays, BLOCKED), arrays, winograd=True)


def test_a_nan_stays_in_the_tiles_that_read_it(isa, rng):
    case = forward(Convolution(1, 16, 16, (16, 16), (3, 3), pads=same(1)), "relu")
    arrays = case.inputs(rng)
    arrays[0][0, 3, 5, 9] = np.nan

    (result,) = run_native(graph_of(case, arrays, CONSTANT), arrays, winograd=True)

    assert np.isnan(result[0, :, 4:7, 8:11]).all()
    outside = np.ones((16, 16), bool)
    outside[4:8, 8:12] = False
    assert not np.isnan(result[0, :, outside]).any()


def test_lanes_past_the_last_channel_reach_no_sum(isa, rng):
    """17 channels leave 7 lanes of the last block to whatever an earlier op wrote there."""
    case = forward(Convolution(1, 17, 17, (12, 12), (3, 3), pads=same(1)))
    arrays = case.inputs(rng)
    g = fc.ops.Builder()
    x = g.input("x", arrays[0].shape)
    shifted = g.apply("conv2d", x, *_copy(g, 17), **_plain(), activation="relu")
    w, b = g.constant("w", arrays[1]), g.constant("b", arrays[2])
    graph = g.build([g.apply("conv2d", shifted, w, b, **case.attrs)])

    (result,) = run_native(graph, arrays[:1], winograd=True)

    (truth,) = run_reference(graph, arrays[:1])
    assert_close(result, truth, reduction=case.reduction)


def _copy(g, channels):
    weights = np.eye(channels, dtype=np.float32)[:, :, None, None]
    return g.constant("one", weights), g.constant("more", np.ones(channels, np.float32))


def _plain():
    return {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "groups": 1}


@pytest.mark.parametrize(("channels", "size"), [(64, 28), (256, 7)])
def test_it_rounds_little_worse_than_a_plain_sum(channels, size, rng):
    case = forward(Convolution(1, channels, channels, (size, size), (3, 3), pads=same(1)))
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, CONSTANT)
    (truth,) = run_reference(graph, arrays)

    winograd, plain = (
        np.sqrt(np.mean((run_native(graph, arrays, winograd=allowed)[0] - truth) ** 2))
        for allowed in (True, False)
    )

    assert winograd < 2 * plain


@pytest.mark.parametrize(
    "other",
    [
        {"strides": (2, 2)},
        {"dilations": (2, 2)},
        {"groups": 8},
        {"kernel": (5, 5)},
        {"c": 1},
        {"size": (3, 3)},
    ],
    ids=str,
)
def test_other_convolutions_are_plain_sums(other):
    conv = replace(Convolution(1, 32, 32, (14, 14), (3, 3)), **other)
    for case in (forward(conv), *backward(conv)) if conv.c > 1 else (forward(conv),):
        graph = graph_of(case, case.inputs(np.random.default_rng(1)), BLOCKED)

        assert kernel_of(graph).startswith(("conv2d_direct", "conv2d_backward_weights"))


def test_a_session_refuses_it_when_told():
    model = fc.models.Sequential(
        [fc.layers.Input((28, 28, 32)), fc.layers.Conv2D(32, 3, padding="same")]
    )

    chosen = [
        {row["kernel"].split("_f32")[0] for row in fc.compile(model, winograd=told).explain().rows}
        for told in (True, False)
    ]

    assert "conv2d_winograd" in chosen[0]
    assert "conv2d_winograd" not in chosen[1]
    assert "conv2d_direct" in chosen[1]


def test_a_step_refuses_it_when_told():
    g = fc.ops.Builder()
    x = g.input("x", (4, 32, 28, 28))
    w, b = g.input("w", (32, 32, 3, 3)), g.constant("b", np.zeros(32, np.float32))
    attrs = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "groups": 1}
    graph = g.build(
        [
            g.apply("conv2d", x, w, b, **attrs),
            g.apply("conv2d_backward_data", x, w, input_size=(28, 28), **attrs),
        ]
    )
    shapes = tuple(value.shape for value in graph.inputs)

    for told, family in [(True, "conv2d_winograd"), (False, "conv2d_direct")]:
        steps = runtime.Step(graph, winograd=told).plan(shapes).steps()
        convolutions = [s["kernel"] for s in steps if s["op"].startswith("conv2d")]
        assert len(convolutions) == 2
        assert all(kernel.startswith(family) for kernel in convolutions)
