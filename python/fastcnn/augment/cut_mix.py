"""A piece of another image in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.augment.augmentation import Augmentation
from fastcnn.augment.boxes import random_boxes
from fastcnn.augment.mixing import mix_labels, mixable
from fastcnn.typing import Array


@dataclass(frozen=True)
class CutMix(Augmentation):
    """A rectangle of each image replaced by the same one of another, labels mixed by area.

        y <- s y + (1 - s) y',  s the share of the image that is left

    Before what sticks out is cut off, the rectangle takes 1 - b of the area, b drawn from
    Beta(alpha, alpha).

    Args:
        alpha: 1 makes every size as likely as any other.

    Shape:
        labels: [N, C], one-hot as a rule.

    Source:
        Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable
        Features", ICCV 2019.
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        self.require(self.alpha > 0, "alpha", "above 0")

    def __call__(
        self, images: Array, labels: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        labels = mixable("CutMix", labels)
        count, rows, columns, _ = images.shape
        side = np.sqrt(1 - rng.beta(self.alpha, self.alpha, count))
        height = np.rint(side * rows).astype(np.int64)
        width = np.rint(side * columns).astype(np.int64)
        boxes = random_boxes(height, width, images.shape, rng)
        partners = rng.permutation(count)
        share = 1 - boxes.mean(axis=(1, 2, 3))
        return np.where(boxes, images[partners], images), mix_labels(labels, partners, share)
