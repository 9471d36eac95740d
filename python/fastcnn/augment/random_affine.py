"""Images turned, moved, zoomed and sheared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.augment.augmentation import Augmentation
from fastcnn.augment.warp import affine_maps, warp
from fastcnn.typing import Array


@dataclass(frozen=True)
class RandomAffine(Augmentation):
    """Each image through an affine map of its own, with bilinear interpolation.

    Args:
        rotation: Largest turn either way, as a share of a full circle.
        translation: Largest shift either way, as a share of the image's height and width.
        zoom: The picture grows or shrinks by up to the factor 1 + zoom.
        shear: Largest slant either way: columns lean by this times their height.
        fill_value: What is outside the image.
    """

    rotation: float = 0.0
    translation: float = 0.0
    zoom: float = 0.0
    shear: float = 0.0
    fill_value: float = 0.0

    def __post_init__(self) -> None:
        for name in ("rotation", "translation", "zoom", "shear"):
            self.require(getattr(self, name) >= 0, name, "at least 0")

    def change(self, images: Array, rng: np.random.Generator) -> Array:
        count, height, width, _ = images.shape
        angle, shear, zoom, x, y = rng.uniform(-1, 1, (5, count))
        maps = affine_maps(
            2 * np.pi * self.rotation * angle,
            self.shear * shear,
            np.zeros(count),
            (1 + self.zoom) ** zoom,
            self.translation * width * x,
            self.translation * height * y,
        )
        return warp(images, maps, self.fill_value)
