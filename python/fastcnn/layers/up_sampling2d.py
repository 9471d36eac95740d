"""Larger images."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.arguments import IntOrPair, Pair
from fastcnn.layers.convolution import NEEDS_IMAGES
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape

MODES = {"nearest": "nearest", "bilinear": "linear"}


@dataclass(eq=False, repr=False)
class UpSampling2D(Layer):
    """Images enlarged by whole factors.

    Args:
        size: The factors, vertical and horizontal; one integer for both.
        data_format: "channels_last" or None, which is the same.
        interpolation: "nearest" repeats each pixel; "bilinear" weighs the two nearest pixels along
            each axis, pixels being squares with their values in the middle.

    Shape:
        x: [N, H, W, C]. y: [N, size[0] H, size[1] W, C].
    """

    size: IntOrPair = (2, 2)
    data_format: str | None = None
    interpolation: str = "nearest"

    _size: Pair = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_data_format(self.data_format)
        self._size = arguments.pair(self, "size", self.size)
        if self.interpolation not in MODES:
            raise self.invalid("interpolation", self.interpolation, " or ".join(map(repr, MODES)))

    def build(self, *shapes: Shape) -> None:
        self.check_rank(4, shapes[0], NEEDS_IMAGES)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        scales = (1.0, 1.0, *map(float, self._size))
        return g.apply("resize", x, scales=scales, mode=MODES[self.interpolation])
