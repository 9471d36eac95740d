"""Largest value of each window."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers.arguments import Pads, Pair
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.pooling2d import Pooling2D


@dataclass(eq=False, repr=False)
class MaxPooling2D(Pooling2D):
    """Largest value of each window of each channel; padding is never the largest."""

    def pool(self, g: Emitter, x: Value, size: Pair, strides: Pair, pads: Pads) -> Value:
        return g.apply("max_pool2d", x, kernel_size=size, strides=strides, pads=pads)
