"""Elementwise functions: lengths around the vector widths, every rank, kinks and extremes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.ops.cases.case import Case, each, text
from tests.ops.cases.makers import exactly, normal, uniform

SHAPES = ((1,), (7,), (5, 17), (3, 8), (2, 3, 5), (2, 9, 4, 5), (1, 16, 3, 3), (2, 3, 2, 2, 3))
EXTREMES = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 88.0, -88.0, 100.0, -100.0, 1e30, -1e30]
FUNCTIONS: tuple[tuple[str, dict[str, float]], ...] = (
    ("relu", {}),
    ("leaky_relu", {"alpha": 0.1}),
    ("clip", {"low": -0.5, "high": 1.25}),
    ("sigmoid", {}),
    ("tanh", {}),
    ("scale", {"factor": -2.5}),
    ("dropout", {"rate": 0.5, "seed": 7}),
)
FROM_X = {"leaky_relu", "clip"}  # the others' gradients read y
STEP = exactly(3, np.int32)


def cases() -> Iterator[Case]:
    for op, attrs in FUNCTIONS:
        for shape in SHAPES:
            yield Case(op, text(shape), each(normal(*shape, deviation=2)), attrs, batched=(0,))
        yield Case(op, "extremes", each(exactly(EXTREMES)), attrs, batched=(0,), finite=False)
    yield Case("scale", "scalar", each(normal()), {"factor": 0.5})
    channels = {"rate": 0.5, "seed": 7, "whole_channels": 1}
    yield Case("dropout", "whole-channels", each(normal(2, 9, 4, 5)), channels, batched=(0,))
    yield Case("leaky_relu", "alpha-above-1", each(normal(9)), {"alpha": 3}, batched=(0,))
    for shape in SHAPES:
        yield from backward(shape)
        yield from pairs(shape)
        yield from dropout(shape)
    yield from pairs(())
    yield from dropout((2, 3, 50))


def backward(shape: tuple[int, ...]) -> Iterator[Case]:
    name, grad = text(shape), normal(*shape)
    x = normal(*shape)
    result = uniform(*shape, low=0.05, high=0.95)
    for op, values, attrs in (
        ("relu_backward", x, {}),
        ("leaky_relu_backward", x, {"alpha": 0.1}),
        ("clip_backward", x, {"low": -0.5, "high": 1.25}),
        ("sigmoid_backward", result, {}),
        ("tanh_backward", result, {}),
    ):
        yield Case(op, name, each(grad, values), attrs, batched=(0, 1))


def pairs(shape: tuple[int, ...]) -> Iterator[Case]:
    name, inputs = text(shape), each(normal(*shape, deviation=4), normal(*shape))
    batched = (0, 1) if shape else ()
    yield Case("add", name, inputs, batched=batched)
    yield Case("multiply", name, inputs, batched=batched)
    for activation in ("linear", "relu", "relu6"):
        yield Case("add", f"{name}-{activation}", inputs, {"activation": activation}, batched)


def dropout(shape: tuple[int, ...]) -> Iterator[Case]:
    inputs = each(normal(*shape), STEP)
    for rate, seed in ((0.0, 0), (0.25, 12345), (0.9, 2**40 + 3)):
        attrs = {"rate": rate, "seed": seed}
        name = f"{text(shape)}-rate{rate}"
        yield Case("dropout_train", name, inputs, attrs, batched=(0,))
