"""A few operations on each image, out of many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fastcnn.augment import colour
from fastcnn.augment.augmentation import Augmentation
from fastcnn.augment.warp import affine_maps, warp
from fastcnn.typing import Array

Range = tuple[float, float]


@dataclass(frozen=True)
class RandAugment(Augmentation):
    """`num_ops` operations on each image, one after the other, each drawn from 14.

    Identity, autocontrast, equalize, solarize and posterize; colour, contrast, brightness and
    sharpness by a factor 1 plus or minus 0.9 factor; rotation by 30 degrees, shear by 0.3 and
    translation by 0.3 of the image, along either axis, each times factor and to either side.

    Args:
        num_ops: Operations an image.
        factor: How strong they are, from 0 to 1.
        fill_value: What is outside the image, for those that move it.
        value_range: Least and greatest value of the images.

    Source:
        Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a Reduced Search
        Space", NeurIPS 2020.
    """

    num_ops: int = 2
    factor: float = 0.5
    fill_value: float = 0.0
    value_range: Range = (0.0, 1.0)

    def __post_init__(self) -> None:
        self.require(self.num_ops >= 1, "num_ops", "at least 1")
        self.require(0 <= self.factor <= 1, "factor", "from 0 to 1")
        self.require(self.value_range[0] < self.value_range[1], "value_range", "(least, greatest)")

    def change(self, images: Array, rng: np.random.Generator) -> Array:
        for _ in range(self.num_ops):
            choice = rng.integers(_KINDS, size=len(images))
            signs = rng.choice([-1.0, 1.0], len(images)) * self.factor
            images = self._once(images, choice, signs)
        return images

    def _once(self, images: Array, choice: Array, signs: Array) -> Array:
        """Each image with the operation it drew; those of one kind together."""
        result: Array = images.copy()
        adjusted = np.isin(choice, range(_MOVED, _ADJUSTED))
        moved = choice < _MOVED
        result[moved] = self._move(images[moved], choice[moved], signs[moved])
        result[adjusted] = self._adjust(
            images[adjusted], choice[adjusted] - _MOVED, signs[adjusted]
        )
        for kind, change in enumerate(_OTHERS, _ADJUSTED):
            chosen = choice == kind
            if chosen.any():
                result[chosen] = change(images[chosen], signs[chosen], self.value_range)
        return result

    def _move(self, images: Array, choice: Array, signs: Array) -> Array:
        """Rotation, shear in x, shear in y, translation in x, translation in y."""
        _, height, width, _ = images.shape
        strength = [np.pi / 6, 0.3, 0.3, 0.3 * width, 0.3 * height]
        angle, shear_x, shear_y, x, y = (
            np.where(choice == kind, most * signs, 0.0) for kind, most in enumerate(strength)
        )
        maps = affine_maps(angle, shear_x, shear_y, np.ones(len(images)), x, y)
        return warp(images, maps, self.fill_value)

    def _adjust(self, images: Array, choice: Array, signs: Array) -> Array:
        """Brightness, contrast, colour."""
        brightness, contrast, saturation = (
            np.where(choice == kind, 1 + 0.9 * signs, 1.0) for kind in range(3)
        )
        zero = np.zeros(len(images))
        return colour.adjust(images, brightness, contrast, saturation, zero, self.value_range)


def _identity(images: Array, signs: Array, value_range: Range) -> Array:
    return images


def _autocontrast(images: Array, signs: Array, value_range: Range) -> Array:
    return colour.autocontrast(images, value_range)


def _equalize(images: Array, signs: Array, value_range: Range) -> Array:
    return colour.equalize(images, value_range)


def _solarize(images: Array, signs: Array, value_range: Range) -> Array:
    return colour.solarize(images, 1 - abs(float(signs[0])), value_range)


def _posterize(images: Array, signs: Array, value_range: Range) -> Array:
    return colour.posterize(images, 8 - round(4 * abs(float(signs[0]))), value_range)


def _sharpen(images: Array, signs: Array, value_range: Range) -> Array:
    return colour.sharpen(images, 1 + 0.9 * signs, value_range)


_MOVED = 5
_ADJUSTED = _MOVED + 3
_OTHERS: tuple[Callable[[Array, Array, Range], Array], ...] = (
    _identity,
    _autocontrast,
    _equalize,
    _solarize,
    _posterize,
    _sharpen,
)
_KINDS = _ADJUSTED + len(_OTHERS)
