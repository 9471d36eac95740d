"""Weights that keep lengths."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.layers.initializers.initializer import Extents, Initializer
from fastcnn.typing import FloatArray


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Rows, or columns where they are fewer, that are orthonormal, times gain.

    Args:
        gain: A factor.

    Source:
        Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in
        deep linear neural networks", ICLR 2014.
    """

    gain: float = 1.0

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        if len(shape) < 2:
            raise InvalidValueError(f"Orthogonal: needs inputs and outputs, the shape is {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = rng.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(drawn)
        q *= np.sign(np.diagonal(r))  # uniform among all orthogonal matrices
        square = q if rows >= columns else q.T
        return (self.gain * square.reshape(shape)).astype(np.float32)
