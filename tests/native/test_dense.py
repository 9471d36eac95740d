"""Dense layers where the general contract does not look: every tile tail, NaN, empty extents."""

from __future__ import annotations

import numpy as np
import pytest

from tests.native.one_op import CONSTANT, PLAIN, graph_of, run_native, run_reference
from tests.ops.cases.case import Array, Case
from tests.tolerance import assert_close

OPS = ("dense", "dense_backward_data", "dense_backward_weights")


def inputs(op: str, n: int, k: int, m: int, rng: np.random.Generator) -> list[Array]:
    x, w, b, grad_y = (
        rng.normal(size=shape).astype(np.float32) for shape in ((n, k), (k, m), (m,), (n, m))
    )
    return {"dense": [x, w, b], OPS[1]: [grad_y, w], OPS[2]: [x, grad_y]}[op]


def results(op: str, arrays: list[Array], form: str = PLAIN, **attrs) -> tuple[Array, Array]:
    """Of the native kernel and of the reference."""
    graph = graph_of(Case(op, "", lambda _: [], attrs), arrays, form)
    return run_native(graph, arrays)[0], run_reference(graph, arrays)[0]


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("rows", range(1, 10))
def test_every_number_of_rows_and_columns_left_over(op, rows, isa, rng):
    for cols in (1, 7, 8, 9, 15, 16, 17, 31, 32, 33):
        result, truth = results(op, inputs(op, rows, cols, 40 - cols, rng))

        assert_close(result, truth, reduction=40, what=f"{rows} rows, {cols} columns")


@pytest.mark.parametrize("form", [PLAIN, CONSTANT])
@pytest.mark.parametrize("rows", [1, 3, 20])
def test_a_depth_of_several_blocks(rows, form, isa, rng):
    result, truth = results("dense", inputs("dense", rows, 4099, 19, rng), form)

    assert_close(result, truth, reduction=4099)


@pytest.mark.parametrize("activation", ["linear", "relu", "relu6"])
def test_a_nan_reaches_what_it_is_summed_into_and_nothing_else(activation, isa, rng):
    x, w, b = inputs("dense", 7, 5, 20, rng)
    x[2, 1] = w[3, 18] = b[0] = np.nan

    y, _ = results("dense", [x, w, b], activation=activation)

    expected = np.zeros((7, 20), bool)
    expected[2] = expected[:, 18] = expected[:, 0] = True
    np.testing.assert_array_equal(np.isnan(y), expected)


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("sizes", [(0, 3, 4), (3, 0, 4), (3, 4, 0)])
def test_empty_extents_give_empty_or_zero_results(op, sizes, isa, rng):
    result, truth = results(op, inputs(op, *sizes, rng))

    np.testing.assert_array_equal(result, truth.astype(np.float32))


def test_a_sample_gives_the_same_bits_in_every_run(isa, rng):
    arrays = inputs("dense", 1, 1600, 10, rng)

    first, second = (results("dense", arrays, CONSTANT)[0] for _ in range(2))

    np.testing.assert_array_equal(first, second)
