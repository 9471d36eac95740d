"""What an augmentation is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.train.configured import Configured
from fastcnn.typing import Array


@dataclass(frozen=True)
class Augmentation(Configured):
    """Changes each image of a batch at random.

    `fit` calls it with every batch, from several threads at once, and with random numbers that
    follow from the seed, the epoch and the number of the batch: an augmentation that draws from
    them alone gives the same bits at any number of threads. Any function of the same arguments
    can be used in its place.
    """

    def __call__(
        self, images: Array, labels: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """The batch as it is trained on.

        Args:
            images: float32 [N, H, W, C]; not written to.
            labels: As given to `fit`, the first axis counting samples; not written to.
            rng: The random numbers of this batch.

        Returns:
            As many images and labels.
        """
        return self.change(images, rng), labels

    def change(self, images: Array, rng: np.random.Generator) -> Array:
        """The images alone; an augmentation that mixes labels too overrides `__call__`."""
        raise NotImplementedError
