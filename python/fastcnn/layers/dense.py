"""Fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fastcnn.graph import Value
from fastcnn.layers import activations, arguments
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class Dense(Layer):
    """Fully connected layer.

        y = act(x w + b)

    Args:
        units: Number of outputs.
        activation: A name, or a layer without weights.
        use_bias: Whether b is there.
        kernel_initializer: First w.
        bias_initializer: First b.
        kernel_regularizer: Penalty on w.
        bias_regularizer: Penalty on b.

    Shape:
        x: [N, K]. w: [K, units]. b: [units]. y: [N, units].
    """

    units: int
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None

    _activation: activations.Emit = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.units = arguments.integer(self, "units", self.units)
        self._activation = activations.get(self.activation, self)

    def build(self, *shapes: Shape) -> None:
        (shape,) = shapes
        self.check_rank(2, shape, "Put layers.Flatten() before it")
        features = self.known(shape[1], "the number of features")
        kernel = (features, self.units)
        self.add_weight("kernel", kernel, self.kernel_initializer, self.kernel_regularizer)
        if self.use_bias:
            self.add_weight("bias", (self.units,), self.bias_initializer, self.bias_regularizer)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        b = g.weight("bias") if self.use_bias else g.constant("no_bias", np.zeros(self.units))
        return self._activation(g, g.apply("dense", x, g.weight("kernel"), b))
