"""Batch normalisation by stored statistics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.activation import activate, activation_gradient, check_activation
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, tie_all_axes
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class BatchNorm(Op):
    """Normalises each channel by stored statistics.

        y = act(gamma (x - mean) / sqrt(variance + epsilon) + beta), per channel

    Args:
        epsilon: Added to the variance; at least 0.
        momentum: Of the moving statistics; used by the training form alone.
        activation: linear, relu or relu6.

    Shape:
        x: [N, C, ...]. gamma, beta, mean, variance: [C]. y: as x.
    Source:
        Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
        Internal Covariate Shift", ICML 2015.
    """

    name = "batch_norm"

    def infer(
        self,
        x: Type,
        gamma: Type,
        beta: Type,
        mean: Type,
        variance: Type,
        *,
        epsilon: float,
        momentum: float,
        activation: str = "linear",
    ) -> Type:
        checks.floats(self.name, x=x)
        checks.rank_at_least(self.name, 2, x=x)
        checks.per_channel(self.name, x, gamma=gamma, beta=beta, mean=mean, variance=variance)
        checks.number(self.name, "epsilon", epsilon, 0.0)
        checks.number(self.name, "momentum", momentum, 0.0, 1.0)
        check_activation(self.name, activation)
        return x

    def reference(
        self,
        x: Array,
        gamma: Array,
        beta: Array,
        mean: Array,
        variance: Array,
        *,
        epsilon: float,
        momentum: float,
        activation: str = "linear",
    ) -> Array:
        factor = gamma / np.sqrt(variance + epsilon)
        y: Array = along_channels(factor, x) * (x - along_channels(mean, x))
        return activate(y + along_channels(beta, x), activation)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        """By x, gamma and beta; the statistics are frozen.

        By x: the same op without its offsets. By gamma: the channel sums of its gradient times the
        normalised x, which is this op with gamma 1 and beta 0.
        """
        (grad_y,) = grads
        assert grad_y is not None
        x, gamma, _, mean, variance = node.inputs
        grad = activation_gradient(g, grad_y, node.output, node.attrs.get("activation"))
        channels = checks.known(self.name, x.shape[1], "the channels of x")
        zeros = g.constant(f"{node.name}.zeros", np.zeros(channels, np.float32))
        ones = g.constant(f"{node.name}.ones", np.ones(channels, np.float32))
        epsilon, momentum = node.attrs["epsilon"], node.attrs["momentum"]

        def batch_norm(*inputs: Value) -> Value:
            return g.apply(self.name, *inputs, variance, epsilon=epsilon, momentum=momentum)

        normalised = batch_norm(x, ones, zeros, mean)
        return [
            batch_norm(grad, gamma, zeros, zeros),
            g.apply("channel_sum", g.apply("multiply", grad, normalised)),
            g.apply("channel_sum", grad),
            None,
            None,
        ]

    def channels(self, node: Node) -> Sequence[Tie]:
        x, *per_channel = node.inputs
        ties = [Tie.same(x, 1, value, 0) for value in per_channel]
        return [*tie_all_axes(x, node.output), *ties]


def along_channels(values: Array, like: Array) -> Array:
    """Values [C], broadcastable to an array [N, C, ...]."""
    return values.reshape(-1, *(1 for _ in range(like.ndim - 2)))
