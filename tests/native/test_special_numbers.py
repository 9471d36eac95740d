"""NaN, infinity and zero where an operation's page says what becomes of them."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.ops import Builder
from fastcnn.runtime.plan import make_plan

NAN, INF = np.float32(np.nan), np.float32(np.inf)


def result_of(op: str, *arrays, **attrs) -> np.ndarray:
    builder = Builder()
    arrays = [np.asarray(array) for array in arrays]
    inputs = [builder.input(f"x{i}", a.shape, a.dtype.name) for i, a in enumerate(arrays)]
    graph = builder.build(builder.apply_all(op, *inputs, **attrs))
    return make_plan(graph, threads=1, guard=True).run(arrays)[0]


def floats(*numbers: float) -> np.ndarray:
    return np.array(numbers, np.float32)


@pytest.mark.parametrize(
    ("op", "attrs"),
    [
        ("relu", {}),
        ("leaky_relu", {"alpha": 0.1}),
        ("clip", {"low": -1.0, "high": 1.0}),
        ("sigmoid", {}),
        ("tanh", {}),
        ("scale", {"factor": 0.0}),
    ],
)
@pytest.mark.parametrize("count", [1, 8, 33])
def test_a_nan_stays_in_its_place(op, attrs, count, isa):
    x = np.ones(count, np.float32)
    x[count // 2] = NAN

    y = result_of(op, x, **attrs)

    np.testing.assert_array_equal(np.isnan(y), np.isnan(x))


@pytest.mark.parametrize("op", ["relu_backward", "clip_backward"])
def test_no_gradient_flows_where_a_nan_was(op, isa):
    attrs = {"low": -1.0, "high": 1.0} if op == "clip_backward" else {}

    grad = result_of(op, floats(3, 3), floats(np.nan, 0.5), **attrs)

    np.testing.assert_array_equal(grad, floats(0, 3))


def test_a_gradient_flows_through_an_infinite_relu(isa):
    np.testing.assert_array_equal(result_of("relu_backward", floats(3), floats(np.inf)), floats(3))


def test_sigmoid_and_tanh_reach_their_limits(isa):
    np.testing.assert_array_equal(result_of("sigmoid", floats(-INF, INF)), floats(0, 1))
    np.testing.assert_array_equal(result_of("tanh", floats(-INF, INF)), floats(-1, 1))


def test_a_dropped_nan_is_zero(isa):
    y = result_of("dropout_train", np.full(1000, NAN), np.array(1, np.int32), rate=0.5, seed=1)

    assert 400 < np.count_nonzero(y == 0) < 600
    assert np.count_nonzero(np.isnan(y)) == 1000 - np.count_nonzero(y == 0)


def test_the_mean_of_nothing_is_nan(isa):
    assert np.isnan(result_of("reduce_mean", np.zeros((0, 3), np.float32)))


def test_a_weight_of_zero_has_no_sign(isa):
    w, zeros = floats(0, 1, -1), np.zeros(3, np.float32)

    updated = result_of(
        "sgd_update", w, zeros, zeros, np.float32(1),
        momentum=0.0, nesterov=0, l1=0.25, l2=0.0, hold_zeros=0,
    )  # fmt: skip

    np.testing.assert_array_equal(updated, floats(0, 0.75, -0.75))


def test_adam_refuses_a_step_of_zero():
    one = floats(1)

    with pytest.raises(InvalidValueError, match="adam_update: step is 0, it counts from 1"):
        result_of(
            "adam_update", one, one, one, one, np.float32(0.1), np.array(0, np.int32),
            beta1=0.9, beta2=0.999, epsilon=1e-7, weight_decay=0.0, l1=0.0, l2=0.0, hold_zeros=0,
        )  # fmt: skip
