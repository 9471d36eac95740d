"""Operations on elements of every type, and reductions of many elements, in the emulator."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cuda.tensor_cases import long_reductions, of_other_types, past_the_ends
from tests.cuda.test_operators import check, run_emulated
from tests.native.one_op import BLOCKED, CONSTANT, graph_of, run_native


@pytest.mark.parametrize("form", [CONSTANT, BLOCKED])
def test_every_type_is_moved_compared_and_cast(emulated, form, rng):
    for case in of_other_types():
        check(case, rng, form)


@pytest.mark.parametrize("case", list(past_the_ends()), ids=str)
def test_casts_end_where_those_of_the_cpu_do(emulated, case, rng):
    arrays = case.inputs(rng)
    graph = graph_of(case, arrays, CONSTANT)

    (mine,), (wanted,) = run_emulated(graph, arrays), run_native(graph, arrays)

    np.testing.assert_array_equal(mine, wanted)


def test_long_rows_and_columns_are_reduced(emulated, rng):
    for case in long_reductions():
        check(case, rng)
