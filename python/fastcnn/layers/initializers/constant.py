"""Weights that are not drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.layers.initializers.initializer import Extents, Initializer
from fastcnn.typing import FloatArray


@dataclass(frozen=True)
class Constant(Initializer):
    """The same value everywhere."""

    value: float = 0.0

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        return np.full(shape, self.value, np.float32)


@dataclass(frozen=True)
class Zeros(Constant):
    """Zeros."""


@dataclass(frozen=True)
class Ones(Constant):
    """Ones."""

    value: float = 1.0


@dataclass(frozen=True)
class Identity(Initializer):
    """What leaves its input as it is: channel i of the output is gain times channel i of the input.

        w[centre, i, i] = gain, all else 0

    Args:
        gain: A factor.
    """

    gain: float = 1.0

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        if len(shape) < 2:
            raise InvalidValueError(f"Identity: needs inputs and outputs, the shape is {shape}")
        weights = np.zeros(shape, np.float32)
        centre = tuple((extent - 1) // 2 for extent in shape[:-2])
        np.fill_diagonal(weights[centre], self.gain)
        return weights
