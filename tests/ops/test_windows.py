"""Convolution and pooling against loops that follow the formulas word by word."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcnn.ops import get
from tests.ops.cases.convolution import Convolution
from tests.shapes import convolutions, poolings

seeds = st.integers(0, 2**32 - 1)


def convolve(conv: Convolution, x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    y = np.zeros(conv.y)
    (sh, sw), (dh, dw), (top, left, _, _) = conv.strides, conv.dilations, conv.pads
    inputs, outputs = conv.c // conv.groups, conv.oc // conv.groups
    for n, o, i, j in product(*map(range, conv.y)):
        y[n, o, i, j] = b[o]
        for c, p, q in product(range(inputs), *map(range, conv.kernel)):
            row, column = i * sh + p * dh - top, j * sw + q * dw - left
            if 0 <= row < conv.size[0] and 0 <= column < conv.size[1]:
                channel = o // outputs * inputs + c
                y[n, o, i, j] += w[o, c, p, q] * x[n, channel, row, column]
    return y


def pixels_of(window: dict, i: int, j: int, image: np.ndarray) -> list[tuple[int, int]]:
    """The pixels of one window that are inside the image, row by row."""
    (kh, kw), (sh, sw), (top, left, _, _) = (
        window[name] for name in ("kernel_size", "strides", "pads")
    )
    places = [(i * sh + p - top, j * sw + q - left) for p, q in product(range(kh), range(kw))]
    return [(r, c) for r, c in places if 0 <= r < image.shape[0] and 0 <= c < image.shape[1]]


@given(convolutions(), seeds)
@settings(max_examples=60, deadline=None)
def test_convolution_equals_its_formula(conv, seed):
    rng = np.random.default_rng(seed)
    x, w, b = rng.normal(size=conv.x), rng.normal(size=conv.w), rng.normal(size=conv.oc)

    y = get("conv2d").reference(x, w, b, **conv.attrs)

    np.testing.assert_allclose(y, convolve(conv, x, w, b), rtol=1e-12, atol=1e-12)


@given(convolutions(), seeds)
@settings(max_examples=60, deadline=None)
def test_the_gradients_of_a_convolution_are_its_adjoints(conv, seed):
    rng = np.random.default_rng(seed)
    x, w, grad = (rng.normal(size=shape) for shape in (conv.x, conv.w, conv.y))
    zeros = np.zeros(conv.oc)

    y = get("conv2d").reference(x, w, zeros, **conv.attrs)
    grad_x = get("conv2d_backward_data").reference(grad, w, **conv.attrs, input_size=conv.size)
    grad_w = get("conv2d_backward_weights").reference(
        grad, x, **conv.attrs, kernel_size=conv.kernel
    )

    assert (grad_x * x).sum() == pytest.approx((grad * y).sum(), rel=1e-9, abs=1e-9)
    assert (grad_w * w).sum() == pytest.approx((grad * y).sum(), rel=1e-9, abs=1e-9)


@given(poolings(), seeds)
@settings(max_examples=60, deadline=None)
def test_pooling_equals_its_formula(pooling, seed):
    shape, window = pooling
    x = np.random.default_rng(seed).integers(-2, 3, shape).astype(np.float64)

    largest = get("max_pool2d").reference(x, **window)
    mean = get("average_pool2d").reference(x, **window, count_include_pad=0)
    mean_with_padding = get("average_pool2d").reference(x, **window, count_include_pad=1)

    size = window["kernel_size"][0] * window["kernel_size"][1]
    for n, c, i, j in product(*map(range, largest.shape)):
        values = [x[n, c, row, column] for row, column in pixels_of(window, i, j, x[n, c])]
        assert largest[n, c, i, j] == max(values)
        assert mean[n, c, i, j] == pytest.approx(sum(values) / len(values))
        assert mean_with_padding[n, c, i, j] == pytest.approx(sum(values) / size)


@given(poolings(), seeds)
@settings(max_examples=60, deadline=None)
def test_the_gradient_of_max_pooling_goes_to_the_first_of_equals(pooling, seed):
    shape, window = pooling
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 2, shape).astype(np.float64)
    y = get("max_pool2d").reference(x, **window)
    grad = rng.normal(size=y.shape)

    grad_x = get("max_pool2d_backward").reference(grad, x, y, **window)

    expected = np.zeros(shape)
    for n, c, i, j in product(*map(range, y.shape)):
        places = pixels_of(window, i, j, x[n, c])
        row, column = next(place for place in places if x[n, c][place] == y[n, c, i, j])
        expected[n, c, row, column] += grad[n, c, i, j]
    np.testing.assert_allclose(grad_x, expected, rtol=1e-12, atol=1e-12)


def test_a_not_a_number_wins_the_maximum_and_swallows_the_gradient():
    x = np.array([[[[1.0, np.nan], [3.0, 2.0]]]])
    window = {"kernel_size": (2, 2), "strides": (2, 2), "pads": (0, 0, 0, 0)}

    y = get("max_pool2d").reference(x, **window)
    grad_x = get("max_pool2d_backward").reference(np.ones_like(y), x, y, **window)

    assert np.isnan(y).all()
    assert not grad_x.any()


def test_padding_is_never_the_largest():
    x = np.full((1, 1, 1, 1), -np.inf)
    window = {"kernel_size": (2, 2), "strides": (1, 1), "pads": (1, 1, 0, 0)}

    y = get("max_pool2d").reference(x, **window)
    grad_x = get("max_pool2d_backward").reference(np.ones_like(y), x, y, **window)

    assert grad_x.item() == 1.0
