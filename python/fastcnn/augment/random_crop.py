"""A window of each image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.augment.augmentation import Augmentation
from fastcnn.errors import ShapeError
from fastcnn.typing import Array


@dataclass(frozen=True)
class RandomCrop(Augmentation):
    """A window of each image, at a random place.

    Args:
        height: Of the window, in pixels; None: that of the images.
        width: Likewise.
        padding: Pixels added at each side first.
        fill_value: What is added.

    Shape:
        [N, H, W, C] -> [N, height, width, C].
    """

    height: int | None = None
    width: int | None = None
    padding: int = 0
    fill_value: float = 0.0

    def __post_init__(self) -> None:
        self.require(self.height is None or self.height >= 1, "height", "at least 1, or None")
        self.require(self.width is None or self.width >= 1, "width", "at least 1, or None")
        self.require(self.padding >= 0, "padding", "at least 0")

    def change(self, images: Array, rng: np.random.Generator) -> Array:
        count, h, w, channels = images.shape
        height, width = self.height or h, self.width or w
        if height > h + 2 * self.padding or width > w + 2 * self.padding:
            raise ShapeError(
                f"RandomCrop: a window of {height} x {width} does not fit into images of {h} x {w} "
                f"with padding {self.padding}; make the window smaller or the padding larger"
            )
        edge = (self.padding, self.padding)
        padded = np.pad(images, ((0, 0), edge, edge, (0, 0)), constant_values=self.fill_value)
        tops = rng.integers(padded.shape[1] - height + 1, size=count)
        lefts = rng.integers(padded.shape[2] - width + 1, size=count)
        windows = np.empty((count, height, width, channels), images.dtype)
        for window, image, top, left in zip(windows, padded, tops, lefts, strict=True):
            window[...] = image[top : top + height, left : left + width]
        return windows
