"""Images turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.augment.augmentation import Augmentation
from fastcnn.augment.random_affine import RandomAffine
from fastcnn.typing import Array


@dataclass(frozen=True)
class RandomRotation(Augmentation):
    """Each image turned about its centre, with bilinear interpolation.

    Args:
        factor: Largest turn either way, as a share of a full circle: 0.1 for up to 36 degrees.
        fill_value: What is outside the image.
    """

    factor: float
    fill_value: float = 0.0

    def __post_init__(self) -> None:
        self.require(self.factor >= 0, "factor", "at least 0")

    def change(self, images: Array, rng: np.random.Generator) -> Array:
        return RandomAffine(self.factor, fill_value=self.fill_value).change(images, rng)
