"""Gaussian error linear unit."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer


@dataclass(eq=False, repr=False)
class GELU(Layer):
    """Gaussian error linear unit.

        y = x / 2 (1 + erf(x / sqrt(2)))

    Args:
        approximate: Whether y = x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) instead.

    Source:
        Hendrycks and Gimpel, "Gaussian Error Linear Units (GELUs)", arXiv:1606.08415, 2016.
    """

    approximate: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.approximate, bool):
            raise self.invalid("approximate", self.approximate, "True or False")

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return g.apply("gelu", x, approximate="tanh" if self.approximate else "none")
