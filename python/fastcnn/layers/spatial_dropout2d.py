"""Dropout of whole channels."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers.convolution import NEEDS_IMAGES
from fastcnn.layers.dropout import Dropout
from fastcnn.layers.emitter import Emitter
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class SpatialDropout2D(Dropout):
    """Sets random channels of each image to 0 in training, and does nothing else.

        y[n, :, :, c] = x[n, :, :, c] / (1 - rate) with probability 1 - rate, else 0

    Args:
        rate: From 0 to below 1.
        seed: An integer that fixes which channels; drawn if None.
        data_format: "channels_last" or None, which is the same.

    Source:
        Tompson et al., "Efficient Object Localization Using Convolutional Networks", CVPR 2015.
    """

    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_data_format(self.data_format)

    def build(self, *shapes: Shape) -> None:
        self.check_rank(4, shapes[0], NEEDS_IMAGES)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return g.apply("dropout", x, rate=self.rate, seed=self._stream, whole_channels=1)
