"""First layers with strides by Winograd's algorithm: the phases of the stride against float64."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import runtime
from fastcnn.runtime.plan import make_plan
from tests.native.one_op import CONSTANT, expect_same_bits, graph_of, run_native, run_reference
from tests.native.test_conv2d_winograd import check, kernel_of
from tests.ops.cases.convolution import Convolution, forward, same
from tests.tolerance import assert_close

# 3x3 and 4x4 kernels over the phases, strides of 2 to 4, kernels whose last phases have fewer
# taps, images and pads that end inside of a tile.
STRIDED = (
    Convolution(1, 3, 64, (64, 64), (7, 7), strides=(2, 2), pads=same(3)),
    Convolution(2, 3, 33, (61, 58), (7, 7), strides=(2, 2), pads=(2, 3, 3, 2)),
    Convolution(1, 2, 40, (50, 67), (8, 8), strides=(2, 2), pads=(0, 1, 2, 0)),
    Convolution(1, 4, 64, (70, 44), (7, 8), strides=(2, 2), pads=(9, 0, 0, 8)),
    Convolution(3, 3, 48, (40, 43), (5, 6), strides=(2, 2), pads=same(2)),
    Convolution(1, 2, 24, (61, 70), (11, 10), strides=(3, 3), pads=same(4)),
    Convolution(1, 3, 96, (99, 103), (11, 11), strides=(4, 4), pads=same(2)),
    Convolution(1, 4, 70, (90, 80), (13, 16), strides=(4, 4), pads=(0, 5, 1, 0)),
)
each_strided = pytest.mark.parametrize("conv", STRIDED, ids=lambda conv: conv.id)


@each_strided
def test_first_layers_with_strides_equal_the_reference(conv, isa, rng):
    graph = check(forward(conv), rng, CONSTANT)

    assert isa == "scalar" or "winograd" in kernel_of(graph)


@each_strided
def test_residual_and_activation_are_fused_with_strides(conv, rng):
    case = forward(conv, "relu", residual=True)
    arrays = case.inputs(rng)
    g = fc.ops.Builder()
    x, w, b = g.input("x", arrays[0].shape), *map(g.constant, "wb", arrays[1:3])
    residual = g.apply("abs", g.input("residual", arrays[3].shape))
    graph = g.build([g.apply("negative", g.apply("conv2d", x, w, b, residual, **case.attrs))])
    given = [arrays[0], arrays[3]]

    (result,) = run_native(graph, given, winograd=True)

    assert any(
        "winograd" in s["kernel"] for s in make_plan(graph, threads=1, winograd=True).steps()
    )
    (truth,) = run_reference(graph, given)
    assert_close(result, truth, reduction=case.reduction)


def test_phases_end_rightly_at_every_size_and_padding(rng):
    for size, (top, left), kernel in itertools.product(
        [(36, 41), (37, 40), (38, 39), (39, 42)], [(0, 3), (1, 2), (2, 1), (3, 0), (5, 6)], [7, 8]
    ):
        conv = Convolution(
            1, 3, 32, size, (kernel, kernel), strides=(2, 2), pads=(top, left, 3 - left % 4, top)
        )
        graph = check(forward(conv), rng, CONSTANT)
        assert "winograd" in kernel_of(graph)


@each_strided
def test_threads_do_not_change_a_bit_with_strides(conv, rng, threads):
    runtime.set_num_threads(3)
    case = forward(conv)
    arrays = case.inputs(rng)

    expect_same_bits(graph_of(case, arrays, CONSTANT), arrays, winograd=True)


def test_a_nan_stays_in_the_tiles_whose_phases_read_it(isa, rng):
    case = forward(Convolution(1, 3, 32, (64, 64), (7, 7), strides=(2, 2), pads=same(3)))
    arrays = case.inputs(rng)
    arrays[0][0, 1, 20, 33] = np.nan

    (result,) = run_native(graph_of(case, arrays, CONSTANT), arrays, winograd=True)

    read = np.isnan(result[0]).all(axis=0)
    assert read[9:12, 15:19].all()
    np.testing.assert_array_equal(read, np.isnan(result[0]).any(axis=0))
    rows, columns = np.nonzero(read)
    assert rows.max() - rows.min() < 8
    assert columns.max() - columns.min() < 8


def test_strides_round_at_most_five_times_as_much_as_a_plain_sum(rng):
    case = forward(Convolution(1, 3, 32, (112, 112), (7, 7), strides=(2, 2), pads=same(3)))
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, CONSTANT)
    (truth,) = run_reference(graph, arrays)

    winograd, plain = (
        np.sqrt(np.mean((run_native(graph, arrays, winograd=allowed)[0] - truth) ** 2))
        for allowed in (True, False)
    )

    assert winograd < 5 * plain
    assert winograd < 1e-6 * np.sqrt(np.mean(truth**2))


@pytest.mark.parametrize(
    "other",
    [
        {"strides": (2, 3)},
        {"strides": (5, 5), "kernel": (13, 13)},
        {"dilations": (2, 2)},
        {"kernel": (3, 3)},
        {"kernel": (9, 9)},
        {"c": 12},
        {"size": (9, 9)},
    ],
    ids=str,
)
def test_other_strides_are_plain_sums(other):
    conv = replace(Convolution(1, 3, 32, (64, 64), (7, 7), strides=(2, 2)), **other)
    case = forward(conv)
    graph = graph_of(case, case.inputs(np.random.default_rng(1)), CONSTANT)

    assert kernel_of(graph).startswith("conv2d_direct")
