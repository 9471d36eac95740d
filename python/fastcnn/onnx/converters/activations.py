"""Activations."""

from __future__ import annotations

import math

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import converts
from fastcnn.onnx.converters.types import cast_like


@converts("Relu")
def relu(c: Call) -> Value:
    if c.x.type.dtype != "float32":
        return c.g.apply("maximum", c.x, c.g.scalar(0, c.x.type.dtype))
    return c.g.apply("relu", c.x)


@converts("LeakyRelu")
def leaky_relu(c: Call) -> Value:
    return c.g.apply("leaky_relu", c.x, alpha=c.number("alpha", 0.01))


@converts("PRelu")
def prelu(c: Call) -> Value:
    """Before opset 7 a vector of slopes was one slope a channel."""
    slope = c.input(1)
    if c.opset < 7 and slope.type.rank == 1 and slope.shape != (1,):
        slope = c.g.apply("reshape", slope, shape=(-1, *(1,) * (c.x.type.rank - 2)))
    return c.g.apply("prelu", c.x, c.g.parameter(slope))


@converts("Elu")
def elu(c: Call) -> Value:
    return c.g.apply("elu", c.x, alpha=c.number("alpha", 1.0))


@converts("Celu", since=12)
def celu(c: Call) -> Value:
    """Is x where x > 0, else alpha (e^(x / alpha) - 1)."""
    alpha = c.number("alpha", 1.0)
    if not alpha:
        raise FileFormatError("Celu: alpha must not be 0")
    y = c.g.apply("elu", c.g.apply("scale", c.x, factor=1 / alpha), alpha=1.0)
    return c.g.apply("scale", y, factor=alpha)


@converts("Selu")
def selu(c: Call) -> Value:
    alpha = c.number("alpha", 1.6732632423543772)
    return c.g.apply("selu", c.x, alpha=alpha, gamma=c.number("gamma", 1.0507009873554805))


@converts("Gelu", since=20)
def gelu(c: Call) -> Value:
    return c.g.apply("gelu", c.x, approximate=c.text("approximate", "none"))


@converts("HardSigmoid")
def hard_sigmoid(c: Call) -> Value:
    alpha, beta = c.number("alpha", 0.2), c.number("beta", 0.5)
    return c.g.apply("hard_sigmoid", c.x, alpha=alpha, beta=beta)


@converts("Swish", since=24)
def swish(c: Call) -> Value:
    return c.g.apply("swish", c.x, beta=c.number("alpha", 1.0))


@converts("ThresholdedRelu")
def thresholded_relu(c: Call) -> Value:
    above = c.g.apply("greater", c.x, c.g.scalar(c.number("alpha", 1.0)))
    return c.g.apply("where", above, c.x, c.g.scalar(0))


@converts("Shrink", since=9)
def shrink(c: Call) -> Value:
    """Gives x + bias below -lambd, x - bias above lambd, 0 between."""
    x, g, edge, bias = c.x, c.g, c.number("lambd", 0.5), c.number("bias", 0.0)
    if x.type.dtype != "float32":
        raise c.refuse(f"x must be a float, it is {x.type}")
    below = g.apply("less", x, g.scalar(-edge))
    above = g.apply("greater", x, g.scalar(edge))
    lifted = g.apply("add", x, g.scalar(bias))
    lowered = g.apply("subtract", x, g.scalar(bias))
    inner = g.apply("where", above, lowered, g.scalar(0))
    return g.apply("where", below, lifted, inner)


@converts("Clip")
def clip_by_attributes(c: Call) -> Value:
    low, high = c.number("min", -math.inf), c.number("max", math.inf)
    return _clip(c, low, high)


@converts("Clip", since=11)
def clip_by_inputs(c: Call) -> Value:
    bounds = c.optional(1), c.optional(2)
    is_constant = all(bound is None or bound.data is not None for bound in bounds)
    if is_constant and c.x.type.dtype == "float32":
        low, high = (
            default if bound is None or bound.data is None else bound.data.reshape(()).item()
            for bound, default in zip(bounds, (-math.inf, math.inf), strict=True)
        )
        return _clip(c, low, high)
    y = c.x
    for bound, op in zip(bounds, ("maximum", "minimum"), strict=True):
        if bound is not None:
            y = c.g.apply(op, y, cast_like(c, bound, y))
    return y


def _clip(c: Call, low: float, high: float) -> Value:
    low, high = float(np.float32(low)), float(np.float32(high))
    if low == 0 and high == math.inf:
        return c.g.apply("relu", c.x)
    if low > high:  # the standard: every element becomes the upper bound
        low = high
    return c.g.apply("clip", c.x, low=low, high=high)
