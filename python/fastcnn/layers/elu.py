"""Exponential linear unit."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer


@dataclass(eq=False, repr=False)
class ELU(Layer):
    """Exponential linear unit.

        y = x where x > 0, else alpha (exp(x) - 1)

    Args:
        alpha: At least 0.

    Source:
        Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by
        Exponential Linear Units (ELUs)", ICLR 2016.
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.alpha = arguments.number(self, "alpha", self.alpha, 0.0, "a number of at least 0")

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return g.apply("elu", x, alpha=self.alpha)
