"""Rows and columns of zeros around an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.arguments import Pads
from fastcnn.layers.convolution import NEEDS_IMAGES
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class ZeroPadding2D(Layer):
    """Rows and columns of zeros around an image.

    Args:
        padding: In pixels: one integer for all sides, (vertical, horizontal), or
            ((top, bottom), (left, right)).
        data_format: "channels_last" or None, which is the same.

    Shape:
        x: [N, H, W, C]. y: [N, top + H + bottom, left + W + right, C].
    """

    padding: int | Sequence[int] | Sequence[Sequence[int]] = (1, 1)
    data_format: str | None = None

    _pads: Pads = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_data_format(self.data_format)
        self._pads = arguments.sides(self, "padding", self.padding)

    def build(self, *shapes: Shape) -> None:
        self.check_rank(4, shapes[0], NEEDS_IMAGES)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return g.apply("pad2d", x, pads=self._pads, value=0.0)
