"""Batches read, and augmented, by threads while the step runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fastcnn.train.batches.ahead import ahead
from fastcnn.train.batches.batches import Batches, BatchGenerator, Feeds, epoch_order
from fastcnn.train.batches.dataset import Indices
from fastcnn.train.batches.steps import steps_of

_STREAM = 1


class PreparedBatches(Batches):
    """Batches of samples that can be read in any order, from several threads.

    What a batch holds depends on the seed, the epoch and its number in it, not on the threads.

    Args:
        read: The samples at given places, as the graph takes them; the generator gives this batch
            its random numbers.
        count: How many samples there are.
        batch_size: Samples in every batch but the last, which may be smaller.
        shuffle: Whether each epoch has an order of its own.
        weighted: Whether `read` gives "sample_weight".
        steps: Batches an epoch; all there are if None.
        workers: Threads that prepare batches; 0: the thread that runs the step.
        caller: The method the user called, for messages.
    """

    def __init__(
        self,
        read: Callable[[Indices, np.random.Generator], Feeds],
        count: int,
        batch_size: int,
        *,
        shuffle: bool,
        weighted: bool,
        steps: int | None = None,
        workers: int = 1,
        caller: str = "fit",
    ) -> None:
        self._size = max(1, min(batch_size, count))
        self._steps = steps_of(caller, count, self._size, steps)
        super().__init__(self._steps, min(count, self._steps * self._size), batch_size, weighted)
        self._read = read
        self._count = count
        self._shuffle = shuffle
        self._workers = workers

    def epoch(self, seed: int, epoch: int, first: int = 0) -> BatchGenerator:
        order = epoch_order(self._count, seed, epoch, self._shuffle)

        def prepare(number: int) -> tuple[int, Feeds]:
            part = order[number * self._size : (number + 1) * self._size]
            key = np.random.SeedSequence(seed, spawn_key=(_STREAM, epoch, number))
            return len(part), self._read(part, np.random.Generator(np.random.Philox(key)))

        return ahead(prepare, range(first, self._steps), self._workers)
