"""Counts of parameters, non-zeros and multiply-accumulates."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.errors import ShapeError
from fastcnn.ops import Builder
from fastcnn.ops.statistics import Statistics, node_macs, statistics

WINDOW = {"strides": (2, 2), "pads": (1, 1, 1, 1), "dilations": (1, 1)}


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


def test_a_network_is_counted_by_hand():
    g = Builder()
    x = g.input("x", (None, 4, 8, 8))
    kernel = ones(6, 2, 3, 3)
    kernel[0] = 0
    w, b = g.parameter("w", kernel), g.parameter("b", np.zeros(6, np.float32))
    y = g.apply("conv2d", x, w, b, groups=2, **WINDOW)
    y = g.apply("reshape", g.apply("relu", y), shape=(0, -1))
    y = g.apply("dense", y, g.parameter("v", ones(96, 10)), g.parameter("c", ones(10)))
    graph = g.build([y])

    counted = statistics(graph)

    assert counted == Statistics(
        parameters=6 * 2 * 9 + 6 + 960 + 10,
        nonzeros=5 * 2 * 9 + 960 + 10,
        macs=(6 * 4 * 4) * (2 * 9) + 960,
    )


def test_a_parameter_used_twice_is_stored_once_and_worked_twice():
    g = Builder()
    x = g.input("x", (None, 5))
    w, b = g.parameter("w", ones(5, 5)), g.constant("b", ones(5))
    graph = g.build([g.apply("dense", g.apply("dense", x, w, b), w, b)])

    assert statistics(graph) == Statistics(parameters=25, nonzeros=25, macs=50)


def test_the_gradients_of_a_convolution_cost_as_much_as_the_convolution():
    g = Builder()
    x, grad = g.input("x", (None, 4, 9, 8)), g.input("grad", (None, 6, 5, 4))
    w, b = g.parameter("w", ones(6, 2, 3, 3)), g.parameter("b", ones(6))
    y = g.apply("conv2d", x, w, b, groups=2, **WINDOW)
    (forward,) = g.build([y]).nodes
    outputs = [
        g.apply("conv2d_backward_data", grad, w, groups=2, input_size=(9, 8), **WINDOW),
        g.apply("conv2d_backward_weights", grad, x, groups=2, kernel_size=(3, 3), **WINDOW),
    ]
    gradients = g.build(outputs).nodes[1:]

    assert node_macs(forward) == (6 * 5 * 4) * (2 * 9)
    assert [node_macs(node) for node in gradients] == [node_macs(forward)] * 2


def test_the_gradients_of_a_dense_layer_cost_as_much_as_the_layer():
    g = Builder()
    x, grad = g.input("x", (None, 4)), g.input("grad", (None, 6))
    w = g.parameter("w", ones(4, 6))
    outputs = [
        g.apply("dense_backward_data", grad, w),
        g.apply("dense_backward_weights", x, grad),
    ]

    assert [node_macs(node) for node in g.build(outputs).nodes] == [24, 24]


def test_an_unknown_image_size_is_refused():
    g = Builder()
    x = g.input("x", (None, 4, None, None))
    y = g.apply("conv2d", x, g.parameter("w", ones(6, 4, 3, 3)), g.parameter("b", ones(6)),
                groups=1, name="stem", **WINDOW)  # fmt: skip

    with pytest.raises(ShapeError, match="'stem' depends on the image size"):
        statistics(g.build([y]))
