"""Products with weights that are mostly zero, in the emulator: against float64, and NaN."""

from __future__ import annotations

from operator import attrgetter

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import compress
from fastcnn.runtime.cuda import make_cuda_plan
from tests.cuda.networks import mnist_cnn
from tests.cuda.sparse_cases import (
    LARGE_CUT,
    SMALL_CUT,
    blocks,
    check_sparse,
    kernels_of,
    no_weight,
    one_row,
    one_weight,
    scattered,
    sparse_convolution,
    sparse_dense,
)
from tests.cuda.test_operators import run_emulated
from tests.tolerance import assert_close

SCHEDULES = 6
ID = attrgetter("id")


@pytest.mark.parametrize("zeros", [scattered(0.12), no_weight, one_weight], ids=["12%", "0", "1"])
@pytest.mark.parametrize("conv", [*SMALL_CUT[1:], *LARGE_CUT], ids=ID)
def test_few_weights_give_what_all_would(emulated, conv, zeros, rng):
    cut = "128x64" if conv in LARGE_CUT else "64x32"

    check_sparse(*sparse_convolution(conv, zeros, rng), f"conv2d_sparse_f32_{cut}")


@pytest.mark.parametrize("pattern", [(4, 1), (4, 4), (8, 2)], ids=str)
@pytest.mark.parametrize("conv", [*SMALL_CUT[1:6], *LARGE_CUT], ids=ID)
def test_blocks_of_outputs_share_their_entries(emulated, conv, pattern, rng):
    graph, arrays = sparse_convolution(conv, blocks(*pattern, 0.3), rng)

    check_sparse(graph, arrays, "(4x1, ")


def test_blocks_of_inputs_run_as_single_weights(emulated, rng):
    graph, arrays = sparse_convolution(SMALL_CUT[2], blocks(1, 16, 0.1), rng)

    check_sparse(graph, arrays, "conv2d_sparse_f32")


def test_a_row_may_have_all_there_is(emulated, rng):
    check_sparse(*sparse_convolution(SMALL_CUT[3], one_row, rng))


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("activation", ["linear", "relu", "relu6"])
def test_results_are_finished(emulated, activation, residual, rng):
    how = {"activation": activation, "residual": residual}

    check_sparse(*sparse_convolution(SMALL_CUT[4], scattered(0.1), rng, **how))


@pytest.mark.parametrize("zeros", [scattered(0.1), blocks(4, 1, 0.2)], ids=["single", "fours"])
def test_a_zero_spreads_no_nan(emulated, zeros, rng):
    """A weight that is zero multiplies nothing; a NaN that a weight multiplies stays."""
    conv = SMALL_CUT[2]
    graph, (x, residual) = sparse_convolution(conv, zeros, rng, activation="relu")
    w = graph.values["w"].data[:, :, 0, 0]
    channel = int(np.argmax(w[0] == 0))
    touched = w[:, channel] != 0
    assert not touched[0]
    assert touched.any()
    x[0, channel, 2, 3] = np.nan

    (y,) = run_emulated(graph, [x, residual])

    np.testing.assert_array_equal(np.isnan(y[0, :, 2, 3]), touched)
    assert np.isnan(y).sum() == touched.sum()


@pytest.mark.parametrize(
    ("samples", "zeros", "kernel"),
    [
        (1, scattered(0.3), "dense_sparse_f32"),
        (7, scattered(0.1), "dense_sparse_f32"),
        (16, one_row, "dense_sparse_f32"),
        (5, no_weight, "dense_sparse_f32"),
        (70, scattered(0.1), "conv2d_sparse_f32_64x32x4"),
        (70, blocks(4, 1, 0.4), "conv2d_sparse_f32_64x32x4 (4x1, "),
    ],
)
def test_dense_layers_skip_zeros(emulated, samples, zeros, kernel, rng):
    check_sparse(*sparse_dense(samples, 200, 37, zeros, rng), kernel)


def test_a_zero_of_a_dense_layer_spreads_no_nan(emulated, rng):
    graph, (x,) = sparse_dense(3, 50, 9, scattered(0.2), rng)
    w = graph.values["w"].data
    x[1, 4] = np.inf

    (y,) = run_emulated(graph, [x])

    np.testing.assert_array_equal(np.isinf(y[1]), w[4] != 0)
    assert np.isfinite(y[[0, 2]]).all()


def test_schedules_change_no_bit(emulated, rng):
    runs = [
        sparse_convolution(SMALL_CUT[3], scattered(0.15), rng),
        sparse_convolution(LARGE_CUT[0], blocks(4, 1, 0.5), rng),
        sparse_dense(6, 200, 37, scattered(0.3), rng),
    ]
    for graph, arrays in runs:
        plan = make_cuda_plan(graph, guard=True)
        (first,) = plan.run(arrays)
        for seed in range(SCHEDULES):
            emulated.configure(seed=seed, os_threads=1 + seed % 2)
            np.testing.assert_array_equal(plan.run(arrays)[0], first)


@pytest.mark.parametrize(
    ("zeros", "kernel"),
    [(scattered(0.9), "gemm"), (scattered(0.5), "gemm"), (blocks(4, 1, 0.9), "gemm")],
    ids=["90%", "half", "fours"],
)
def test_many_weights_run_dense(emulated, zeros, kernel, rng):
    graph, _ = sparse_convolution(SMALL_CUT[2], zeros, rng)

    assert kernel in kernels_of(graph)


@pytest.mark.parametrize(("precision", "density"), [("tf32", 0.02), ("float16", 0.01)])
def test_faster_tensor_cores_leave_less_to_sparse_kernels(emulated, precision, density, rng):
    """A share that runs sparse in float32 runs dense where dense is so many times faster."""
    for share, sparse in ((density / 2, True), (0.12, False)):
        graph, _ = sparse_convolution(SMALL_CUT[3], scattered(share), rng)
        steps = make_cuda_plan(graph, precision=precision).steps()
        assert any("conv2d_sparse_f32" in step["kernel"] for step in steps) == sparse


@pytest.mark.parametrize("structure", ["weight", "4x1", "1x16"])
def test_a_pruned_network_skips_what_was_pruned(emulated, structure, rng):
    model = compress.prune(mnist_cnn(), sparsity=0.9, structure=structure)
    session = fc.compile(model, device="cuda")
    x = rng.random((2, 28, 28, 1), np.float32)

    assert_close(session(x), np.float64(fc.compile(model)(x)), reduction=576)
    kernels = [str(row["kernel"]) for row in session.explain().rows]
    assert sum("sparse" in kernel and "% of weights" in kernel for kernel in kernels) >= 3
    assert sum(row["MFLOP"] for row in session.explain().rows) < 0.4 * sum(
        row["MFLOP"] for row in fc.compile(mnist_cnn(), device="cuda").explain().rows
    )
