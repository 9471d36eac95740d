"""Late attributes: as inputs they mean what they mean as attributes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastcnn import passes
from fastcnn.errors import GraphError, InvalidValueError, ShapeError
from fastcnn.graph import Type
from fastcnn.ops import Builder, evaluate, get, infer, names, run_reference
from fastcnn.ops.late import split_late
from tests.ops.cases import cases

LATE = {op: get(op).late for op in names() if get(op).late}


@pytest.mark.parametrize("op", LATE)
def test_an_input_stands_for_the_attribute(op, rng):
    for case in cases(op):
        given = [name for name in LATE[op] if name in case.attrs]
        numbers = [np.array(case.attrs[name], np.int64) for name in given]
        rest = {name: value for name, value in case.attrs.items() if name not in given}
        arrays = case.inputs(rng)
        if not all(array.size for array in numbers):  # reductions over all axes
            continue

        late = run_reference(op, [*arrays, *numbers], rest)
        types = [Type(array.shape, array.dtype.name) for array in (*arrays, *numbers)]
        inferred = infer(op, types, rest)

        for a, b, type_ in zip(late, run_reference(op, arrays, case.attrs), inferred, strict=True):
            np.testing.assert_array_equal(a, b)
            assert type_.rank == a.ndim
            assert all(
                known in (None, extent) for known, extent in zip(type_.shape, a.shape, strict=True)
            )


def test_one_of_two_may_be_known():
    op, attrs = get("slice"), {"axis": 0, "start": 1}

    proper, late = split_late(op, ["x", "the stop"], attrs)

    assert (proper, late) == (("x",), {"stop": "the stop"})


def test_too_many_inputs_stay_too_many():
    with pytest.raises(InvalidValueError, match="too many"):
        infer("reshape", [Type((2, 3)), Type((1,), "int64"), Type((1,), "int64")], {})


def test_a_vector_is_not_one_integer():
    x = np.zeros((3, 2))

    with pytest.raises(InvalidValueError, match="k must be one integer"):
        run_reference("top_k", [x, np.array([1, 2])], {"axis": 0, "largest": 1, "sorted": 1})


@pytest.mark.parametrize(("op", "rank"), [("pad", 2), ("tile", 2), ("resize", 2)])
def test_a_vector_of_unknown_length_keeps_the_rank(op, rank):
    (y,) = infer(op, [Type((3, 4)), Type((None,), "int64")], {})

    assert y.shape == (None,) * rank


@pytest.mark.parametrize("op", ["reshape", "expand"])
def test_a_rank_that_nothing_tells_is_an_error(op):
    with pytest.raises(ShapeError, match="it tells a rank"):
        infer(op, [Type((3, 4)), Type((None,), "int64")], {})


def late_graph(op: str, **attrs: Any) -> Builder:
    g = Builder()
    x = g.input("x", (2, 6))
    numbers = g.input("numbers", () if op == "slice" else (2,), "int64")
    y = g.apply(op, x, numbers, name="late", **attrs)
    g.apply("reduce_mean", y, name="loss")
    return g


def test_a_reshape_by_an_input_has_a_gradient(rng):
    b = late_graph("reshape")
    loss = b._nodes[-1].output
    graph = b.build([loss])

    builder, grads = passes.differentiate(graph, loss, [graph.inputs[0]])
    values = evaluate(
        builder.build([grads["x"]]), {"x": rng.normal(size=(2, 6)), "numbers": np.array([3, 4])}
    )

    np.testing.assert_allclose(values[grads["x"].name], np.full((2, 6), 1 / 12))


def test_a_gradient_that_needs_the_number_says_so():
    b = late_graph("slice", axis=1, start=0)
    loss = b._nodes[-1].output
    graph = b.build([loss])

    with pytest.raises(GraphError, match=r"late.*'stop' is not known yet"):
        passes.differentiate(graph, loss, [graph.inputs[0]])
