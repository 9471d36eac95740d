"""What an initializer is."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fastcnn.typing import FloatArray

Extents: TypeAlias = "tuple[int, ...]"


class Initializer:
    """Base: fills an array of a given shape.

    Shapes are in the Keras order: the last two axes are the inputs and outputs of a weight, those
    before them its receptive field.
    """

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        """An array of `shape`, float32, drawn from `rng`."""
        raise NotImplementedError
