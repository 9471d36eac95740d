"""Pooling where the general contract does not look: each place of a window, equal maxima, tiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcnn.errors import FastcnnError
from tests.native.one_op import BLOCKED, graph_of, run_native, run_reference
from tests.ops.cases.case import Case
from tests.tolerance import assert_close

WHOLE = {"strides": (4, 4), "pads": (0, 0, 0, 0)}


def pooled(op: str, *arrays: np.ndarray, **attrs) -> np.ndarray:
    """Result of the op on images that come blocked."""
    case = Case(op, "", lambda _: [], attrs)
    (result,) = run_native(graph_of(case, list(arrays), BLOCKED), list(arrays))
    return result


@pytest.mark.parametrize("op", ["max_pool2d", "average_pool2d"])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_nan_anywhere_in_a_window_reaches_its_output_and_no_other_channel(op, size, isa, rng):
    attrs = {**WHOLE, "kernel_size": (size, size)}
    if op == "average_pool2d":
        attrs["count_include_pad"] = 0

    for place in range(size * size):
        x = rng.normal(size=(1, 9, size, size)).astype(np.float32)
        x[0, 3].flat[place] = np.nan
        y = pooled(op, x, **attrs)

        assert np.flatnonzero(np.isnan(y)).tolist() == [3], place


@pytest.mark.parametrize("op", ["global_max_pool2d", "global_average_pool2d"])
def test_a_nan_at_any_pixel_reaches_the_global_result(op, isa, rng):
    for place in range(11):
        x = rng.normal(size=(1, 9, 1, 11)).astype(np.float32)
        x[0, 3, 0, place] = np.nan

        assert np.flatnonzero(np.isnan(pooled(op, x))).tolist() == [3], place


@pytest.mark.parametrize("size", [2, 3, 5])
def test_the_first_of_equal_maxima_takes_the_whole_gradient(size, isa):
    x = np.zeros((1, 3, size, size), np.float32)
    x[0, 1, 1, :] = 1  # a row of equal maxima
    y = x.max(axis=(2, 3), keepdims=True)
    grad_y = np.array([2, 3, 5], np.float32).reshape(y.shape)
    attrs = {"kernel_size": (size, size), "strides": (size, size), "pads": (0, 0, 0, 0)}

    for grad_x in (
        pooled("max_pool2d_backward", grad_y, x, y, **attrs),
        pooled("global_max_pool2d_backward", grad_y, x, y),
    ):
        assert grad_x[0, 0, 0, 0] == 2
        assert grad_x[0, 1, 1, 0] == 3
        assert grad_x[0, 2, 0, 0] == 5
        assert np.count_nonzero(grad_x) == 3


@pytest.mark.parametrize("size", [2, 3])
def test_the_gradient_of_a_nan_goes_nowhere(size, isa):
    x = np.ones((1, 1, size, size), np.float32)
    x[0, 0, 0, 1] = np.nan
    y = np.full((1, 1, 1, 1), np.nan, np.float32)
    attrs = {"kernel_size": (size, size), "strides": (size, size), "pads": (0, 0, 0, 0)}

    grad_x = pooled("max_pool2d_backward", np.ones_like(y), x, y, **attrs)

    np.testing.assert_array_equal(grad_x, np.zeros_like(x))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_window_equals_the_reference(data):
    kernel = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    strides = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    pads = tuple(data.draw(st.integers(0, size - 1)) for size in kernel * 2)
    shape = (2, 9, *(data.draw(st.integers(size, size + 6)) for size in kernel))
    x = np.random.default_rng(0).integers(-2, 3, shape).astype(np.float32)
    attrs = {"kernel_size": kernel, "strides": strides, "pads": pads}
    y = pooled("max_pool2d", x, **attrs)
    grad_y = np.random.default_rng(1).integers(-2, 3, y.shape).astype(np.float32)

    for op, arrays in (("max_pool2d", [x]), ("max_pool2d_backward", [grad_y, x, y])):
        graph = graph_of(Case(op, "", lambda _: [], attrs), arrays, BLOCKED)
        (truth,) = run_reference(graph, arrays)
        assert_close(pooled(op, *arrays, **attrs), truth, what=op)


def test_an_image_without_pixels_is_refused():
    with pytest.raises((FastcnnError, ValueError), match="global_max_pool2d"):
        pooled("global_max_pool2d", np.zeros((1, 2, 0, 3), np.float32))
