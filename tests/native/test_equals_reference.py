"""Every native implementation of every op against its float64 reference."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import _core, ops, runtime
from tests.native.one_op import BLOCKED, CONSTANT, PLAIN, graph_of, run_native, run_reference
from tests.ops.cases import all_cases
from tests.tolerance import assert_close

NO_KERNEL = {"cos", "fill", "onnx_reference", "range", "shape_of", "sin", "top_k"}
"""Run on their references: this list may only become shorter."""
CASES = [case for case in all_cases() if case.op not in NO_KERNEL]


@pytest.mark.parametrize("form", [PLAIN, BLOCKED, CONSTANT])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_native_equals_reference(case, form, isa, rng):
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, form)

    results = run_native(graph, arrays)

    for result, truth in zip(results, run_reference(graph, arrays), strict=True):
        assert_close(result, truth, reduction=case.reduction)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_results_do_not_depend_on_the_number_of_threads(case, rng, threads):
    runtime.set_num_threads(3)
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, BLOCKED)

    one, two, three = (run_native(graph, arrays, threads=count) for count in (1, 2, 3))

    for a, b, c in zip(one, two, three, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, c)


def test_every_op_has_a_native_implementation_and_cases():
    native = {op for op, _ in _core.operators()} - {"reorder"}

    assert native == set(ops.names()) - NO_KERNEL
    assert {case.op for case in CASES} == native
