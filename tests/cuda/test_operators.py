"""Every CUDA implementation against its float64 reference, in the emulator."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.errors import GraphError, UnsupportedError
from fastcnn.runtime.cuda import make_cuda_plan
from fastcnn.runtime.plan import make_plan
from tests.native.one_op import BLOCKED, CONSTANT, graph_of, run_reference
from tests.ops.cases import Case, all_cases
from tests.ops.cases.case import each
from tests.ops.cases.convolution import Convolution, backward, forward
from tests.ops.cases.makers import normal
from tests.ops.cases.normalisation import batch_norm
from tests.tolerance import assert_close

SEED = 20240229
CASES = all_cases()
# Edges of tiles of 64 pixels and 64 channels, of FMA units and tensor cores alike, of four channels
# in a row, of 16 rows a step.
EDGES = [
    Convolution(n=1, c=1, oc=1, size=(1, 1), kernel=(1, 1)),
    Convolution(n=1, c=16, oc=64, size=(8, 8), kernel=(1, 1)),
    Convolution(n=1, c=5, oc=65, size=(5, 13), kernel=(3, 3), pads=(1, 1, 1, 1)),
    Convolution(n=3, c=16, oc=63, size=(9, 7), kernel=(3, 1), strides=(2, 1)),
    Convolution(n=2, c=20, oc=8, size=(9, 9), kernel=(3, 3), dilations=(2, 3), pads=(2, 0, 1, 3)),
    Convolution(n=1, c=12, oc=6, size=(7, 7), kernel=(5, 5), groups=3, pads=(2, 2, 2, 2)),
]
TILE_EDGES = [
    *EDGES,
    Convolution(n=1, c=6, oc=12, size=(4, 4), kernel=(2, 2), groups=6),
    Convolution(n=2, c=4, oc=130, size=(67, 65), kernel=(1, 1)),
]
DEPTHWISE_EDGES = [
    Convolution(n=2, c=4, oc=4, size=(3, 5), kernel=(3, 3), pads=(1, 1, 1, 1), groups=4),
    Convolution(n=1, c=3, oc=6, size=(5, 9), kernel=(3, 2), strides=(2, 1), groups=3),
    Convolution(n=2, c=8, oc=8, size=(7, 6), kernel=(2, 3), strides=(3, 2), groups=8),
    Convolution(n=2, c=3, oc=3, size=(18, 30), kernel=(3, 1), groups=3),
]
MANY_GROUPS = Convolution(n=1, c=256, oc=256, size=(3, 3), kernel=(2, 2), groups=128)
LONG = [
    Case("channel_sum", "1500x3", each(normal(1500, 3)), reduction=1500),
    Case("reduce_mean", "9000", each(normal(9000)), reduction=9000),
    Case("penalty", "9000", each(normal(9000)), {"l1": 0.1, "l2": 0.01}, reduction=9000),
    *batch_norm((4, 3, 17, 16)),
]


def run_emulated(graph, arrays):
    plan = make_cuda_plan(graph, guard=True)
    return plan.run([np.asarray(arrays[i], order="C") for i in range(len(graph.inputs))])


def check(case, rng, form=CONSTANT):
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, form)

    for result, truth in zip(
        run_emulated(graph, arrays), run_reference(graph, arrays), strict=True
    ):
        assert_close(result, truth, reduction=case.reduction)


# Of constants weights are packed once; images that another op gives are NHWC, weights too, which
# then are packed at each run.
@pytest.mark.parametrize("form", [CONSTANT, BLOCKED])
def test_operators_equal_their_references(emulated, form):
    accepted = set()
    for case in CASES:
        if case.op not in {op for op, _ in emulated.operators()}:
            continue
        try:
            check(case, np.random.default_rng(SEED), form)
        except UnsupportedError:
            continue
        accepted.add(case.op)

    assert accepted == {op for op, _ in emulated.operators()}


def takes(plan_of, case, arrays):
    try:
        plan_of(graph_of(case, arrays, BLOCKED))
    except (UnsupportedError, GraphError):  # what computes extents has a plan nowhere
        return False
    return True


def test_no_case_that_the_cpu_runs_is_refused(emulated, rng):
    refused = []
    for case in CASES:
        arrays = case.inputs(rng)
        on_cpu = takes(lambda graph: make_plan(graph, threads=1, strict=True), case, arrays)
        if on_cpu and not takes(make_cuda_plan, case, arrays):
            refused.append(f"{case.op}-{case}")

    assert refused == []


@pytest.mark.parametrize("shape", [*TILE_EDGES, *DEPTHWISE_EDGES, MANY_GROUPS], ids=str)
def test_convolutions_at_the_edges_of_tiles(emulated, shape, rng):
    check(forward(shape), rng)


@pytest.mark.parametrize("shape", [*TILE_EDGES[2:-1], *DEPTHWISE_EDGES], ids=str)
def test_gradients_of_convolutions_at_the_edges_of_tiles(emulated, shape, rng):
    for case in backward(shape):
        check(case, rng)


@pytest.mark.parametrize("case", LONG, ids=str)
def test_sums_that_are_cut_into_parts(emulated, case, rng):
    check(case, rng)
