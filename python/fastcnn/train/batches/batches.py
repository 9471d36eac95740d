"""What every source of batches has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fastcnn.typing import Array

Feeds = dict[str, Array]
"""The inputs of the graph, "target" and, where samples carry weights, "sample_weight"."""

BatchGenerator: TypeAlias = "Generator[tuple[int, Feeds], None, None]"


class Batches(ABC):
    """The batches of one epoch after another.

    Args:
        steps: Batches an epoch; None where only the end of the data will tell.
        samples: Samples an epoch, or None likewise.
        batch_size: Samples in every batch but the last, or None likewise.
        weighted: Whether every batch holds "sample_weight".
    """

    def __init__(
        self, steps: int | None, samples: int | None, batch_size: int | None, weighted: bool
    ) -> None:
        self.steps = steps
        self.samples = samples
        self.batch_size = batch_size
        self.weighted = weighted

    @abstractmethod
    def epoch(self, seed: int, epoch: int, first: int = 0) -> BatchGenerator:
        """Sizes and arrays of the batches of one epoch; each lives until the next is asked for.

        Args:
            seed: Of the training run.
            epoch: Epochs done before this one, over the life of the trainer.
            first: The batch to begin with; those before it are passed over.
        """


def epoch_order(count: int, seed: int, epoch: int, shuffle: bool) -> npt.NDArray[np.int64]:
    """The order of the samples in one epoch: a function of its arguments alone.

    Args:
        count: Number of samples.
        seed: Of the training run.
        epoch: Epochs done before this one, over the life of the trainer.
        shuffle: Whether to shuffle at all.
    """
    if not shuffle:
        return np.arange(count)
    bits = np.random.Philox(np.random.SeedSequence((seed, epoch)))
    return np.random.Generator(bits).permutation(count)
