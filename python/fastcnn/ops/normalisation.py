"""Normalisation by what the tensor itself holds: instance_norm, local_response_norm."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.batch_norm import along_channels
from fastcnn.ops.op import Op, register
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
