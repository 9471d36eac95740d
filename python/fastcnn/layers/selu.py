"""Scaled exponential linear unit."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers.activations import SELU as NUMBERS
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer


@dataclass(eq=False, repr=False)
class SELU(Layer):
    """Scaled exponential linear unit.

        y = 1.0507 (x where x > 0, else 1.6733 (exp(x) - 1))

    Source:
        Klambauer et al., "Self-Normalizing Neural Networks", NeurIPS 2017.
    """

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return g.apply("selu", x, **NUMBERS)
