"""Batch normalisation by the statistics of the batch, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.activation import activate, activation_gradient, check_activation, is_steep
from fastcnn.ops.builder import Builder
from fastcnn.ops.normalisation.batch_norm import along_channels
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class BatchNormTrain(Op):
    """Normalises each channel by the mean and variance of this batch.

        y = act(gamma (x - mean) inv_std + beta + residual),  inv_std = 1 / sqrt(variance + epsilon)

    with residual 0 where it is not given, and mean and variance (the biased one: divided by the
    number of elements) over every axis but axis 1.

    Args:
        epsilon: Added to the variance; at least 0.
        activation: linear, relu or relu6.

    Shape:
        x: [N, C, ...]. gamma, beta, mean, variance, inv_std: [C]. residual, if given, and y: as x.
    Source:
        Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
        Internal Covariate Shift", ICML 2015.
    """

    name = "batch_norm_train"

    def infer(
        self,
        x: Type,
        gamma: Type,
        beta: Type,
        residual: Type | None = None,
        *,
        epsilon: float,
        activation: str = "linear",
    ) -> tuple[Type, ...]:
        checks.floats(self.name, x=x)
        checks.rank_at_least(self.name, 2, x=x)
        checks.per_channel(self.name, x, gamma=gamma, beta=beta)
        checks.number(self.name, "epsilon", epsilon, 0.0)
        check_activation(self.name, activation)
        y = x if residual is None else checks.same_floats(self.name, x=x, residual=residual)
        return y, gamma, gamma, gamma

    def reference(
        self,
        x: Array,
        gamma: Array,
        beta: Array,
        residual: Array | None = None,
        *,
        epsilon: float,
        activation: str = "linear",
    ) -> tuple[Array, ...]:
        axes = (0, *range(2, x.ndim))
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        inv_std = 1 / np.sqrt(variance + epsilon)
        normalised = (x - along_channels(mean, x)) * along_channels(inv_std, x)
        y = along_channels(gamma, x) * normalised + along_channels(beta, x)
        y = y if residual is None else y + residual
        return activate(y, activation), mean, variance, inv_std

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        """By y alone: the statistics are results, not part of a loss.

        What passes the activation is written where the residual needs it too; else the gradient of
        the normalisation finds it by itself.
        """
        grad_y, *by_statistics = grads
        if grad_y is None or any(grad is not None for grad in by_statistics):
            raise UnsupportedError(
                f"batch_norm_train: a loss may depend on y, not on the statistics of '{node.name}'"
            )
        x, gamma, beta, *residual = node.inputs
        y, mean, _, inv_std = node.outputs
        statistics = (gamma, mean, inv_std)
        activation = node.attrs.get("activation", "linear")
        if residual:
            grad = activation_gradient(g, grad_y, y, activation)
            return [*g.apply_all("batch_norm_backward", grad, x, *statistics), grad]
        if activation == "linear":
            return g.apply_all("batch_norm_backward", grad_y, x, *statistics)
        return g.apply_all(
            "batch_norm_backward", grad_y, x, *statistics, beta, activation=activation
        )


@register
class BatchNormBackward(Op):
    """Gradients of `batch_norm_train`.

        grad_beta = sum grad,  grad_gamma = sum grad h,  h = (x - mean) inv_std
        grad_x = gamma inv_std (grad - (grad_beta + h grad_gamma) / m)

    with sums over every axis but axis 1, m the number of elements of a channel, and grad what the
    activation lets through: grad_y where gamma h + beta > 0 (relu), or is within (0, 6) (relu6),
    and else 0.

    Args:
        activation: As that of `batch_norm_train`: linear, relu or relu6.

    Shape:
        grad_y, x, grad_x: [N, C, ...]. gamma, mean, inv_std, grad_gamma, grad_beta: [C], as beta,
        which is given with an activation alone.
    NaN:
        Where gamma h + beta is NaN, grad is 0.
    """

    name = "batch_norm_backward"

    def infer(
        self,
        grad_y: Type,
        x: Type,
        gamma: Type,
        mean: Type,
        inv_std: Type,
        beta: Type | None = None,
        *,
        activation: str = "linear",
    ) -> tuple[Type, ...]:
        checks.rank_at_least(self.name, 2, x=x)
        grad_x = checks.same_floats(self.name, x=x, grad_y=grad_y)
        checks.per_channel(self.name, x, gamma=gamma, mean=mean, inv_std=inv_std)
        check_activation(self.name, activation)
        if (beta is None) != (activation == "linear"):
            raise InvalidValueError(
                f"{self.name}: beta is given with an activation alone; activation is "
                f"'{activation}', beta {'missing' if beta is None else 'given'}"
            )
        if beta is not None:
            checks.per_channel(self.name, x, beta=beta)
        return grad_x, gamma, gamma

    def reference(
        self,
        grad_y: Array,
        x: Array,
        gamma: Array,
        mean: Array,
        inv_std: Array,
        beta: Array | None = None,
        *,
        activation: str = "linear",
    ) -> tuple[Array, ...]:
        axes = (0, *range(2, x.ndim))
        elements = x.size // x.shape[1]
        normalised = (x - along_channels(mean, x)) * along_channels(inv_std, x)
        grad = grad_y
        if beta is not None:
            before = along_channels(gamma, x) * normalised + along_channels(beta, x)
            grad = np.where(is_steep(before, activation), grad_y, 0)
        grad_beta = grad.sum(axis=axes)
        grad_gamma = (grad * normalised).sum(axis=axes)
        along = along_channels(grad_beta, x) + normalised * along_channels(grad_gamma, x)
        grad_x = along_channels(gamma * inv_std, x) * (grad - along / elements)
        return grad_x, grad_gamma, grad_beta
