"""Rectified linear unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer

_LOWEST = float(np.finfo(np.float32).min)


@dataclass(eq=False, repr=False)
class ReLU(Layer):
    """Rectified linear unit.

        y = min(x, max_value) where x > 0, else negative_slope x

    Args:
        max_value: At least 0; None for no limit.
        negative_slope: At least 0.
        threshold: 0; other thresholds are not supported.
    """

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        limit = "a number of at least 0"
        if self.max_value is not None:
            self.max_value = arguments.number(self, "max_value", self.max_value, 0.0, limit)
        self.negative_slope = arguments.number(
            self, "negative_slope", self.negative_slope, 0.0, limit
        )
        if self.threshold != 0:
            raise UnsupportedError(
                f"{self.label}: threshold {self.threshold!r} is not supported; leave it at 0, or "
                "shift the bias of the layer before"
            )

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        if self.negative_slope == 0:
            if self.max_value is None:
                return g.apply("relu", x)
            return g.apply("clip", x, low=0.0, high=self.max_value)
        y = g.apply("leaky_relu", x, alpha=self.negative_slope)
        if self.max_value is None:
            return y
        return g.apply("clip", y, low=_LOWEST, high=self.max_value)
