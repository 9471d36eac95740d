"""Dense layers whose constant weights are mostly zero: extents, densities, threads, NaN."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcnn import runtime
from fastcnn.runtime.plan import make_plan
from tests.native.one_op import CONSTANT, expect_same_bits, graph_of, run_native, run_reference
from tests.ops.cases.case import Case
from tests.tolerance import assert_close


def sparse_graph(n, k, m, density, rng, activation="linear", *, one_sign=False):
    """With `one_sign` no number is negative, so that no sum is a difference of large terms."""
    x, w, b = (rng.normal(size=shape).astype(np.float32) for shape in ((n, k), (k, m), (m,)))
    if one_sign:
        x, w, b = np.abs(x), np.abs(w), np.abs(b)
    w[rng.random(w.shape) >= density] = 0
    case = Case("dense", "", lambda _: [], {"activation": activation})
    return graph_of(case, [x, w, b], CONSTANT), x


def kernel_of(graph):
    return next(s["kernel"] for s in make_plan(graph, threads=1).steps() if s["op"] == "dense")


def check(graph, x):
    (result,) = run_native(graph, [x])
    (truth,) = run_reference(graph, [x])
    assert_close(result, truth, reduction=x.shape[1])


@pytest.mark.parametrize("activation", ["linear", "relu", "relu6"])
@pytest.mark.parametrize("outputs", [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 1000])
@pytest.mark.parametrize("samples", [1, 2, 3])
def test_it_equals_the_reference(samples, outputs, activation, isa, rng):
    graph, x = sparse_graph(samples, 2000, outputs, 0.01, rng, activation)

    check(graph, x)

    assert kernel_of(graph) == f"dense_sparse_f32__{isa}"


@given(
    n=st.integers(1, 9),
    k=st.integers(1, 70),
    m=st.integers(1, 70),
    density=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_extents_and_densities(n, k, m, density, seed, isa):
    check(*sparse_graph(n, k, m, density, np.random.default_rng(seed), one_sign=True))


@pytest.mark.parametrize(("rows", "columns"), [(3, 0), (0, 5), (40, 17)])
def test_outputs_and_features_without_weights(rows, columns, isa, rng):
    n, k, m = 2, 40, 50
    x, w, b = (rng.normal(size=shape).astype(np.float32) for shape in ((n, k), (k, m), (m,)))
    w[rng.random(w.shape) > 0.1] = 0
    w[:rows] = 0
    w[:, :columns] = 0
    graph = graph_of(Case("dense", "", lambda _: [], {}), [x, w, b], CONSTANT)

    check(graph, x)

    assert "sparse" in kernel_of(graph)


def test_a_nan_reaches_what_names_it_and_nothing_else(isa, rng):
    graph, x = sparse_graph(3, 200, 40, 0.05, rng)
    w = graph.nodes[0].inputs[1].data
    x[1, 0] = x[2, 7] = np.nan
    x[0, 199] = np.inf

    (y,) = run_native(graph, [x])

    for n, place in ((1, 0), (2, 7)):
        np.testing.assert_array_equal(np.isnan(y[n]), w[place] != 0)
    np.testing.assert_array_equal(np.isinf(y[0]), w[199] != 0)


def test_threads_do_not_change_a_bit(rng, threads):
    runtime.set_num_threads(3)
    graph, x = sparse_graph(5, 2048, 1000, 0.03, rng)

    expect_same_bits(graph, [x])


@pytest.mark.parametrize(
    ("samples", "density", "sparse"),
    [(1, 0.3, True), (1, 0.5, False), (64, 0.3, False), (64, 0.01, True)],
)
def test_it_is_taken_where_it_pays(samples, density, sparse, rng):
    graph, _ = sparse_graph(samples, 512, 256, density, rng)

    assert kernel_of(graph).startswith("dense_sparse" if sparse else "gemm")
