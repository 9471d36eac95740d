"""Pairs of images laid over each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.augment.augmentation import Augmentation
from fastcnn.augment.mixing import mix_labels, mixable
from fastcnn.typing import Array


@dataclass(frozen=True)
class MixUp(Augmentation):
    """Each image, and its label, averaged with those of another of the batch.

        x <- s x + (1 - s) x',  y <- s y + (1 - s) y',  s drawn from Beta(alpha, alpha)

    Args:
        alpha: The larger, the closer to halves.

    Shape:
        labels: [N, C], one-hot as a rule.

    Source:
        Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018.
    """

    alpha: float = 0.2

    def __post_init__(self) -> None:
        self.require(self.alpha > 0, "alpha", "above 0")

    def __call__(
        self, images: Array, labels: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        labels = mixable("MixUp", labels)
        share = rng.beta(self.alpha, self.alpha, len(images))
        partners = rng.permutation(len(images))
        kept = share.astype(np.float32)[:, None, None, None]
        others = images[partners]
        mixed = others + kept * (images - others)
        return mixed, mix_labels(labels, partners, share)
