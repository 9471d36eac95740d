"""Results written over inputs that nobody reads any more."""

from __future__ import annotations

import numpy as np

from fastcnn.ops import Builder
from fastcnn.runtime.plan import make_plan


def test_a_sum_of_two_dead_values_does_not_put_both_in_one_place(rng, isa):
    builder = Builder()
    x = builder.input("x", (100,))
    total = builder.apply("add", builder.apply("relu", x), builder.apply("tanh", x))
    graph = builder.build([builder.apply("scale", total, factor=2.0)])
    values = rng.normal(size=100).astype(np.float32)

    (result,) = make_plan(graph, threads=1).run([values])

    np.testing.assert_allclose(
        result, 2 * (np.maximum(values, 0) + np.tanh(values)), rtol=1e-6, atol=1e-6
    )


def test_a_value_added_to_itself_is_doubled(rng, isa):
    builder = Builder()
    x = builder.input("x", (100,))
    twice = builder.apply("relu", x)
    graph = builder.build([builder.apply("scale", builder.apply("add", twice, twice), factor=1.0)])
    values = rng.normal(size=100).astype(np.float32)

    (result,) = make_plan(graph, threads=1).run([values])

    np.testing.assert_array_equal(result, 2 * np.maximum(values, 0))
