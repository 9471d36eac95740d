"""One learnt factor a channel."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers import initializers
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.layers.scale_and_shift import along_channels
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class LayerScale(Layer):
    """One learnt factor a channel.

        y = gamma x

    Args:
        init_values: First gamma; a small one makes a residual block begin as the identity.

    Shape:
        x: [N, ..., C]. gamma: [C]. y: as x.

    Source:
        Touvron et al., "Going deeper with Image Transformers", ICCV 2021.
    """

    init_values: float = 1e-6

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.init_values, bool) or not isinstance(self.init_values, (int, float)):
            raise self.invalid("init_values", self.init_values, "a number")

    def build(self, *shapes: Shape) -> None:
        channels = (self.known(shapes[0][-1], "the number of channels"),)
        self.add_weight("gamma", channels, initializers.Constant(self.init_values))

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return g.apply("multiply", x, along_channels(g, "gamma", x), part="scale")
