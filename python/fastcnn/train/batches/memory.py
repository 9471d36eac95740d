"""Batches of arrays in memory, gathered into the same place again and again."""

from __future__ import annotations

import numpy as np

from fastcnn.train.batches.batches import Batches, BatchGenerator, epoch_order
from fastcnn.train.batches.steps import steps_of
from fastcnn.train.data import Samples


class MemoryBatches(Batches):
    """Batches of samples that are checked already.

    Shuffled, the dict and the arrays given for a batch are overwritten by the next one; else they
    are views of the samples.

    Args:
        samples: Where batches are taken from.
        batch_size: Samples in every batch but the last, which may be smaller.
        shuffle: Whether each epoch has an order of its own.
        steps: Batches an epoch; all there are if None.
        caller: The method the user called, for messages.
    """

    def __init__(
        self,
        samples: Samples,
        batch_size: int,
        *,
        shuffle: bool = True,
        steps: int | None = None,
        caller: str = "fit",
    ) -> None:
        size = min(batch_size, len(samples))
        steps = steps_of(caller, len(samples), size, steps)
        super().__init__(
            steps, min(len(samples), steps * size), batch_size, samples.weight is not None
        )
        self._size = size
        self._count = len(samples)
        self._shuffle = shuffle
        self._end = min(len(samples), steps * size)
        self._sources = samples.arrays()

    def epoch(self, seed: int, epoch: int, first: int = 0) -> BatchGenerator:
        starts = range(first * self._size, self._end, self._size)
        ends = [min(start + self._size, self._end) for start in starts]
        if not self._shuffle:
            for start, end in zip(starts, ends, strict=True):
                yield end - start, {name: all_[start:end] for name, all_ in self._sources.items()}
            return
        order = epoch_order(self._count, seed, epoch, shuffle=True)
        buffers = {
            name: np.empty((self._size, *source.shape[1:]), source.dtype)
            for name, source in self._sources.items()
        }
        for start, end in zip(starts, ends, strict=True):
            feeds = {name: buffer[: end - start] for name, buffer in buffers.items()}
            for name, source in self._sources.items():
                source.take(order[start:end], axis=0, out=feeds[name], mode="clip")
            yield end - start, feeds
