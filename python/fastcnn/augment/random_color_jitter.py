"""Colours changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.augment.augmentation import Augmentation
from fastcnn.augment.colour import adjust
from fastcnn.typing import Array


@dataclass(frozen=True)
class RandomColorJitter(Augmentation):
    """Brightness, contrast, saturation and hue of each image changed, in this order.

    Args:
        brightness_factor: Values are multiplied by 1 plus or minus up to this.
        contrast_factor: So are distances from the image's mean grey.
        saturation_factor: So are distances from the pixel's grey.
        hue_factor: Largest turn of the colours either way, as a share of a full circle.
        value_range: Least and greatest value of the images.
    """

    brightness_factor: float = 0.0
    contrast_factor: float = 0.0
    saturation_factor: float = 0.0
    hue_factor: float = 0.0
    value_range: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        for name in ("brightness_factor", "contrast_factor", "saturation_factor"):
            self.require(0 <= getattr(self, name) <= 1, name, "from 0 to 1")
        self.require(0 <= self.hue_factor <= 0.5, "hue_factor", "from 0 to 0.5")
        self.require(self.value_range[0] < self.value_range[1], "value_range", "(least, greatest)")

    def change(self, images: Array, rng: np.random.Generator) -> Array:
        brightness, contrast, saturation, hue = rng.uniform(-1, 1, (4, len(images)))
        return adjust(
            images,
            1 + self.brightness_factor * brightness,
            1 + self.contrast_factor * contrast,
            1 + self.saturation_factor * saturation,
            self.hue_factor * hue,
            self.value_range,
        )
