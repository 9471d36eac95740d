"""Rectified linear unit that lets a share of negative inputs through."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer


@dataclass(eq=False, repr=False)
class LeakyReLU(Layer):
    """Rectified linear unit that lets a share of negative inputs through.

        y = x where x > 0, else negative_slope x

    Args:
        negative_slope: At least 0.

    Source:
        Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models",
        ICML 2013.
    """

    negative_slope: float = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        self.negative_slope = arguments.number(
            self, "negative_slope", self.negative_slope, 0.0, "a number of at least 0"
        )

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return g.apply("leaky_relu", x, alpha=self.negative_slope)
