"""Normalisations."""

from __future__ import annotations

import math

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import converts


@converts("BatchNormalization")
def batch_normalization(c: Call) -> Value:
    """Of every version: training is told by further outputs, from 14 on by `training_mode`."""
    trains = c.integer("training_mode", 0) if c.opset >= 14 else any(map(c.wants, range(1, 5)))
    if trains:
        raise c.refuse("it is in training form; export the model for inference")
    if c.opset < 9 and not c.integer("spatial", 1):
        raise c.refuse("spatial=0 (statistics of each pixel) is not carried out")
    gamma, beta = c.g.parameter(c.input(1)), c.g.parameter(c.input(2))
    mean, variance = (c.g.parameter(c.input(i), trainable=False) for i in (3, 4))
    return c.g.apply(
        "batch_norm",
        c.x,
        gamma,
        beta,
        mean,
        variance,
        epsilon=c.number("epsilon", 1e-5),
        momentum=c.number("momentum", 0.9),
    )


@converts("InstanceNormalization")
def instance_normalization(c: Call) -> Value:
    gamma, beta = c.g.parameter(c.input(1)), c.g.parameter(c.input(2))
    return c.g.apply("instance_norm", c.x, gamma, beta, epsilon=c.number("epsilon", 1e-5))


@converts("LRN")
def lrn(c: Call) -> Value:
    return c.g.apply(
        "local_response_norm",
        c.x,
        size=c.integer("size"),
        alpha=c.number("alpha", 1e-4),
        beta=c.number("beta", 0.75),
        bias=c.number("bias", 1.0),
    )


@converts("LayerNormalization", since=17)
def layer_normalization(c: Call) -> tuple[Value, ...]:
    g, rank = c.g, c.x.type.rank
    axes = tuple(range(c.axis("axis", -1, rank), rank))
    mean = g.apply("reduce_mean", c.x, axes=axes, keepdims=1)
    centred = g.apply("subtract", c.x, mean)
    inverse = _inverse_deviation(c, centred, axes, c.number("epsilon", 1e-5))
    y = g.apply("multiply", g.apply("multiply", centred, inverse), g.parameter(c.input(1)))
    if c.optional(2) is not None:
        y = g.apply("add", y, g.parameter(c.input(2)))
    return y, mean, inverse


@converts("GroupNormalization", since=18)
def group_normalization(c: Call) -> Value:
    """Per group in opset 18, per channel from 21."""
    g, x, groups = c.g, c.x, c.integer("num_groups")
    channels = x.shape[1] if x.type.rank > 2 else None
    if channels is None or groups < 1 or channels % groups or x.shape[2:].count(None) > 1:
        raise c.refuse(f"x is {x.type}, num_groups is {groups}")
    inside = tuple(-1 if extent is None else extent for extent in x.shape[2:])
    grouped = g.apply("reshape", x, shape=(0, groups, channels // groups, *inside))
    axes = tuple(range(2, grouped.type.rank))
    mean = g.apply("reduce_mean", grouped, axes=axes, keepdims=1)
    centred = g.apply("subtract", grouped, mean)
    inverse = _inverse_deviation(c, centred, axes, c.number("epsilon", 1e-5))
    y = g.apply("multiply", centred, inverse)
    ones = (1,) * len(inside)
    per = (groups, 1, *ones) if c.opset < 21 else (groups, channels // groups, *ones)
    scale, bias = (g.apply("reshape", c.input(i), shape=per) for i in (1, 2))
    y = g.apply("add", g.apply("multiply", y, scale), bias)
    return g.apply("reshape", y, shape=(0, channels, *inside))


@converts("LpNormalization")
def lp_normalization(c: Call) -> Value:
    """Divides by the norm along one axis, giving zero where the norm is."""
    p = c.integer("p", 2)
    if p not in (1, 2):
        raise FileFormatError(f"LpNormalization: p must be 1 or 2, it is {p}")
    axes = (c.axis("axis", -1, c.x.type.rank),)
    norm = c.g.apply(f"reduce_l{p}", c.x, axes=axes, keepdims=1)
    smallest = c.g.scalar(math.ldexp(1, -126))
    return c.g.apply("divide", c.x, c.g.apply("maximum", norm, smallest))


def _inverse_deviation(c: Call, centred: Value, axes: tuple[int, ...], epsilon: float) -> Value:
    """1 / sqrt(mean of squares + epsilon)."""
    squares = c.g.apply("multiply", centred, centred)
    variance = c.g.apply("reduce_mean", squares, axes=axes, keepdims=1)
    deviation = c.g.apply("sqrt", c.g.apply("add", variance, c.g.scalar(epsilon)))
    return c.g.apply("reciprocal", deviation)
