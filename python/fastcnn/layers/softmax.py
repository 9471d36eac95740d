"""Probabilities from scores."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.errors import ShapeError
from fastcnn.graph import Value
from fastcnn.layers.activations import over_channels
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class Softmax(Layer):
    """Probabilities from scores, over the last axis.

        y_i = exp(x_i) / sum over j of exp(x_j)

    Args:
        axis: -1, or the number of the last axis.
    """

    axis: int = -1

    def build(self, *shapes: Shape) -> None:
        (shape,) = shapes
        if self.axis not in (-1, len(shape) - 1):
            raise ShapeError(
                f"{self.label}: works over the last axis (-1) alone, axis is {self.axis!r}"
            )

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return over_channels(g, x, lambda x: g.apply("softmax", x))
