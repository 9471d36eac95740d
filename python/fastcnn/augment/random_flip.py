"""Mirror images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fastcnn.augment.augmentation import Augmentation
from fastcnn.typing import Array

_AXES = {"horizontal": [2], "vertical": [1], "horizontal_and_vertical": [2, 1]}


@dataclass(frozen=True)
class RandomFlip(Augmentation):
    """Each image, with probability 1/2, as its mirror image.

    Args:
        mode: "horizontal" (left and right change places), "vertical", or
            "horizontal_and_vertical", each of the two with probability 1/2.
    """

    mode: Literal["horizontal", "vertical", "horizontal_and_vertical"] = "horizontal"

    def __post_init__(self) -> None:
        self.require(self.mode in _AXES, "mode", f"one of {', '.join(_AXES)}")

    def change(self, images: Array, rng: np.random.Generator) -> Array:
        flipped: Array = images.copy()
        for axis in _AXES[self.mode]:
            chosen = rng.random(len(images)) < 0.5
            flipped[chosen] = np.flip(flipped[chosen], axis)
        return flipped
