"""What the normalisations share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastcnn.errors import ShapeError
from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


class Normalization(Layer):
    """Base of layers that have gamma and beta, one number a channel, and an epsilon.

    It declares what it reads; a layer orders its arguments by itself.
    """

    axis: int
    epsilon: float
    center: bool
    scale: bool
    beta_initializer: Any
    gamma_initializer: Any
    beta_regularizer: Any
    gamma_regularizer: Any

    def check_epsilon(self) -> None:
        self.epsilon = arguments.number(
            self, "epsilon", self.epsilon, 0.0, "a number of at least 0"
        )

    def add_gamma_and_beta(self, shape: Shape) -> tuple[int]:
        """Adds those wanted and returns their shape."""
        if self.axis not in (-1, len(shape) - 1):
            raise ShapeError(
                f"{self.label}: normalises the last axis (-1) alone, axis is {self.axis!r}"
            )
        channels = (self.known(shape[-1], "the number of channels"),)
        if self.scale:
            self.add_weight("gamma", channels, self.gamma_initializer, self.gamma_regularizer)
        if self.center:
            self.add_weight("beta", channels, self.beta_initializer, self.beta_regularizer)
        return channels


@dataclass(eq=False, repr=False, kw_only=True)
class ScaleAndShift(Normalization):
    """Base of normalisations that end with gamma h + beta, both one number a channel.

    Args:
        axis: -1, or the number of the last axis.
        epsilon: At least 0.
        center: Whether beta is there.
        scale: Whether gamma is there.
        beta_initializer: First beta.
        gamma_initializer: First gamma.
        beta_regularizer: Penalty on beta.
        gamma_regularizer: Penalty on gamma.
    """

    axis: int = -1
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_epsilon()

    def build(self, *shapes: Shape) -> None:
        self.add_gamma_and_beta(*shapes)

    def scaled_and_shifted(self, g: Emitter, h: Value) -> Value:
        """Appends gamma h + beta."""
        if self.scale:
            h = g.apply("multiply", h, along_channels(g, "gamma", h), part="scale")
        if self.center:
            h = g.apply("add", h, along_channels(g, "beta", h), part="shift")
        return h


def along_channels(g: Emitter, name: str, h: Value) -> Value:
    """The weight in a shape that is broadcast over `h`."""
    weight = g.weight(name)
    if h.type.rank != 4:
        return weight
    return g.apply("reshape", weight, part=f"{name}_along_channels", shape=(-1, 1, 1))
