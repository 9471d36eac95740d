"""Mean of each window."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers.arguments import Pads, Pair
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.pooling2d import Pooling2D


@dataclass(eq=False, repr=False)
class AveragePooling2D(Pooling2D):
    """Mean of each window of each channel; padding does not count."""

    def pool(self, g: Emitter, x: Value, size: Pair, strides: Pair, pads: Pads) -> Value:
        return g.apply(
            "average_pool2d", x, kernel_size=size, strides=strides, pads=pads, count_include_pad=0
        )
