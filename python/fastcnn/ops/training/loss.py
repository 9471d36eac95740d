"""What all losses have in common: one figure a sample, and labels that have no gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fastcnn.graph import Node, Value
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import Op
from fastcnn.typing import Array


class Loss(Op):
    """Base of the losses. `<name>_backward` takes the gradient [N] and the loss's own inputs."""

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        """By the first input; the second, the truth, has none."""
        (grad,) = grads
        assert grad is not None
        attrs: dict[str, Any] = dict(node.attrs)
        return [g.apply(f"{self.name}_backward", grad, *node.inputs, **attrs), None]


def is_label(labels: Array, classes: int) -> Array:
    """Where a label is in [0, classes)."""
    return np.logical_and(labels >= 0, labels < classes)


def of_label(scores: Array, labels: Array) -> Array:
    """scores[n, labels[n]]; NaN where the label is no class."""
    known = is_label(labels, scores.shape[1])
    picked = scores[np.arange(len(labels)), np.where(known, labels, 0)]
    return np.where(known, picked, np.nan)


def one_hot(labels: Array, classes: int) -> Array:
    """Whether [n, c] is the label of sample n: bool [N, classes]."""
    return np.equal(labels[:, None], np.arange(classes))


def sample_axes(x: Array) -> tuple[int, ...]:
    """Every axis but the batch."""
    return tuple(range(1, x.ndim))


def per_sample(values: Array, like: Array) -> Array:
    """Values [N], broadcastable to an array [N, ...]."""
    return values.reshape(-1, *(1 for _ in sample_axes(like)))


def inside(p: Array, epsilon: float) -> Array:
    """Where clipping p to [epsilon, 1 - epsilon] leaves it as it is, or NaN."""
    return ~((p < epsilon) | (p > 1 - epsilon))
