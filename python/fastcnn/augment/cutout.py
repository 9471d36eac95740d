"""A square taken out of each image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.augment.augmentation import Augmentation
from fastcnn.augment.boxes import random_boxes
from fastcnn.typing import Array


@dataclass(frozen=True)
class Cutout(Augmentation):
    """A square of each image, its centre anywhere in it, replaced by one value.

    Args:
        size: Side of the square, in pixels.
        fill_value: What takes its place.

    Source:
        DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout",
        arXiv:1708.04552, 2017.
    """

    size: int
    fill_value: float = 0.0

    def __post_init__(self) -> None:
        self.require(self.size >= 1, "size", "at least 1")

    def change(self, images: Array, rng: np.random.Generator) -> Array:
        size = np.full(len(images), self.size)
        boxes = random_boxes(size, size, images.shape, rng)
        return np.where(boxes, np.float32(self.fill_value), images)
