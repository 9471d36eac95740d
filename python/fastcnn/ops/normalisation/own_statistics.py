"""Normalisation by what the tensor itself holds: instance_norm, local_response_norm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.broadcast import scalar
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, fix_axes
from fastcnn.ops.normalisation.batch_norm import along_channels
from fastcnn.ops.op import Op, number, register
from fastcnn.typing import Array


@register
class InstanceNorm(Op):
    """Normalises each channel of each sample by its own statistics.

        y = gamma (x - mean) / sqrt(variance + epsilon) + beta

    with the mean and the biased variance of each channel of each sample.

    Shape:
        x: [N, C, ...], rank 3 or more. gamma, beta: [C]. y: as x.
    Source:
        Ulyanov, Vedaldi and Lempitsky, "Instance Normalization: The Missing Ingredient for Fast
        Stylization", arXiv:1607.08022, 2016.
    """

    name = "instance_norm"

    def infer(self, x: Type, gamma: Type, beta: Type, *, epsilon: float) -> Type:
        checks.floats(self.name, x=x)
        checks.rank_at_least(self.name, 3, x=x)
        checks.per_channel(self.name, x, gamma=gamma, beta=beta)
        checks.number(self.name, "epsilon", epsilon, 0.0)
        return x

    def reference(self, x: Array, gamma: Array, beta: Array, *, epsilon: float) -> Array:
        pixels = tuple(range(2, x.ndim))
        centred = x - x.mean(axis=pixels, keepdims=True)
        variance = (centred * centred).mean(axis=pixels, keepdims=True)
        y: Array = along_channels(gamma, x) * centred / np.sqrt(variance + epsilon)
        return y + along_channels(beta, x)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        """By x: gamma / s (grad_y - mean(grad_y) - h mean(grad_y h)), h = (x - mean) / s.

        The means are over the pixels, and s = sqrt(variance + epsilon).
        """
        (grad_y,) = grads
        assert grad_y is not None
        x, gamma, _ = node.inputs
        pixels = tuple(range(2, x.type.rank))

        def mean(value: Value) -> Value:
            return g.apply("reduce_mean", value, axes=pixels, keepdims=1)

        centred = g.apply("subtract", x, mean(x))
        epsilon = scalar(g, number(node, "epsilon"))
        variance = g.apply("add", mean(g.apply("multiply", centred, centred)), epsilon)
        spread = g.apply("sqrt", variance)
        h = g.apply("divide", centred, spread)
        grad_h = g.apply("multiply", grad_y, h)
        along = g.apply("add", mean(grad_y), g.apply("multiply", h, mean(grad_h)))
        scale = g.apply("reshape", gamma, shape=(-1, *(1 for _ in pixels)))
        factor = g.apply("divide", scale, spread)
        grad_x = g.apply("multiply", factor, g.apply("subtract", grad_y, along))
        return [grad_x, g.apply("channel_sum", grad_h), g.apply("channel_sum", grad_y)]

    def channels(self, node: Node) -> Sequence[Tie]:
        (x, gamma, beta), y = node.inputs, node.output
        pixels = range(2, x.type.rank)
        return [
            *(Tie.same(x, 1, value, 0) for value in (gamma, beta)),
            Tie.same(x, 1, y, 1),
            *fix_axes(x, pixels),
            *fix_axes(y, pixels),
        ]


@register
class LocalResponseNorm(Op):
    """Divides by the energy of the neighbouring channels.

        y[c] = x[c] / (bias + alpha / size * sum over k of x[k]^2)^beta

    over the channels k from c - floor((size - 1) / 2) to c + ceil((size - 1) / 2) that exist.

    Shape:
        x: [N, C, ...]. y: as x.
    Source:
        Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural
        Networks", NeurIPS 2012, section 3.3.
    """

    name = "local_response_norm"

    def infer(self, x: Type, *, size: int, alpha: float, beta: float, bias: float) -> Type:
        checks.rank_at_least(self.name, 2, x=x)
        checks.integer(self.name, "size", size, 1)
        for name, value in (("alpha", alpha), ("beta", beta), ("bias", bias)):
            checks.number(self.name, name, value)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, size: int, alpha: float, beta: float, bias: float) -> Array:
        before, after = (size - 1) // 2, size // 2
        margins = [(0, 0), (before, after), *((0, 0) for _ in range(x.ndim - 2))]
        squares = np.pad(x * x, margins)
        energy = sum(squares[:, k : k + x.shape[1]] for k in range(size))
        y: Array = x / (bias + alpha / size * energy) ** beta
        return y
