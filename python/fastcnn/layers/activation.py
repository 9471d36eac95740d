"""An activation as a layer of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastcnn.graph import Value
from fastcnn.layers import activations
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer


@dataclass(eq=False, repr=False)
class Activation(Layer):
    """An activation as a layer of its own.

    Args:
        activation: A name of `layers.activations.names()`, or a layer without weights.
    """

    activation: Any

    _activation: activations.Emit = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._activation = activations.get(self.activation, self)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return self._activation(g, x)
