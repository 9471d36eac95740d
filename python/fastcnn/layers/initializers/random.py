"""Weights drawn one by one, whatever the layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.layers.initializers.initializer import Extents, Initializer
from fastcnn.typing import FloatArray


@dataclass(frozen=True)
class RandomNormal(Initializer):
    """Normal with the given mean and standard deviation."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        return rng.normal(self.mean, self.stddev, shape).astype(np.float32)


@dataclass(frozen=True)
class TruncatedNormal(Initializer):
    """Normal; what falls beyond two standard deviations is drawn again."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        return (self.mean + self.stddev * truncated(shape, rng)).astype(np.float32)


@dataclass(frozen=True)
class RandomUniform(Initializer):
    """Uniform in [minval, maxval)."""

    minval: float = -0.05
    maxval: float = 0.05

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        return rng.uniform(self.minval, self.maxval, shape).astype(np.float32)


def truncated(shape: Extents, rng: np.random.Generator) -> FloatArray:
    """Standard normal numbers within [-2, 2]."""
    drawn = rng.standard_normal(shape)
    while (outside := np.abs(drawn) > 2).any():
        drawn[outside] = rng.standard_normal(int(outside.sum()))
    return drawn
