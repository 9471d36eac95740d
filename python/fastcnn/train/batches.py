"""Order of the samples, and batches gathered into the same memory again and again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from fastcnn.train.data import Samples
from fastcnn.train.step_graph import LEARNING_RATE, SAMPLE_WEIGHT, STEP, TARGET
from fastcnn.typing import Array

Feeds = dict[str, Array]


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


class Batches:
    """The arrays that one step reads, filled in place batch after batch.

    The dict and the arrays given for a batch are overwritten by the next one.
    """

    def __init__(self, samples: Samples, batch_size: int) -> None:
        """Allocates one batch.

        Args:
            samples: Where batches are taken from.
            batch_size: Samples in every batch but the last, which may be smaller.
        """
        self._size = min(batch_size, len(samples))
        self._sources = {**samples.inputs, TARGET: samples.target}
        if samples.weight is not None:
            self._sources[SAMPLE_WEIGHT] = samples.weight
        self.learning_rate = np.zeros((), np.float32)
        self.step = np.zeros((), np.int32)
        self._buffers = {
            name: np.empty((self._size, *source.shape[1:]), source.dtype)
            for name, source in self._sources.items()
        }

    def run(self, order: npt.NDArray[np.int64]) -> Iterator[tuple[int, Feeds]]:
        """Sizes and arrays of the batches, in this order of the samples."""
        full = len(order) // self._size * self._size
        feeds = self._feeds(self._size)
        for start in range(0, full, self._size):
            self._gather(order[start : start + self._size], feeds)
            yield self._size, feeds
        if full < len(order):
            feeds = self._feeds(len(order) - full)
            self._gather(order[full:], feeds)
            yield len(order) - full, feeds

    def __len__(self) -> int:
        """Number of batches in an epoch."""
        return -(-len(self._sources[TARGET]) // self._size)

    def _feeds(self, size: int) -> Feeds:
        scalars = {LEARNING_RATE: self.learning_rate, STEP: self.step}
        return {name: buffer[:size] for name, buffer in self._buffers.items()} | scalars

    def _gather(self, indices: npt.NDArray[np.int64], feeds: Feeds) -> None:
        for name, source in self._sources.items():
            source.take(indices, axis=0, out=feeds[name], mode="clip")
