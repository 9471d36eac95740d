"""A rectangle of noise in some images."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fastcnn.augment.augmentation import Augmentation
from fastcnn.augment.boxes import random_boxes
from fastcnn.typing import Array


@dataclass(frozen=True)
class RandomErasing(Augmentation):
    """A rectangle of some images replaced by noise, or by one value.

    Args:
        rate: Share of the images it is done to.
        scale: Least and greatest area, as a share of the image's.
        ratio: Least and greatest height by width.
        fill_value: What takes its place; None: a random number for each pixel and channel.
        value_range: Least and greatest value of the images, which the noise keeps to.

    Source:
        Zhong et al., "Random Erasing Data Augmentation", AAAI 2020.
    """

    rate: float = 0.5
    scale: tuple[float, float] = (0.02, 0.33)
    ratio: tuple[float, float] = (0.3, 3.3)
    fill_value: float | None = None
    value_range: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        self.require(0 <= self.rate <= 1, "rate", "from 0 to 1")
        self.require(0 < self.scale[0] <= self.scale[1] <= 1, "scale", "two shares, rising")
        self.require(0 < self.ratio[0] <= self.ratio[1], "ratio", "two ratios above 0, rising")
        self.require(self.value_range[0] < self.value_range[1], "value_range", "(least, greatest)")

    def change(self, images: Array, rng: np.random.Generator) -> Array:
        count, rows, columns, _ = images.shape
        area = rng.uniform(*self.scale, count) * rows * columns
        ratio = np.exp(rng.uniform(math.log(self.ratio[0]), math.log(self.ratio[1]), count))
        height = np.rint(np.sqrt(area * ratio)).astype(np.int64)
        width = np.rint(np.sqrt(area / ratio)).astype(np.int64)
        boxes = random_boxes(height, width, images.shape, rng)
        boxes &= rng.random((count, 1, 1, 1)) < self.rate
        if self.fill_value is not None:
            return np.where(boxes, np.float32(self.fill_value), images)
        low, high = map(np.float32, self.value_range)
        noise = low + (high - low) * rng.random(images.shape, dtype=np.float32)
        return np.where(boxes, noise, images)
