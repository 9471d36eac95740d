"""Batches that the user's own iterator makes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fastcnn.errors import DataError
from fastcnn.train.batches.ahead import ahead
from fastcnn.train.batches.batches import Batches, BatchGenerator, Feeds


class IteratorBatches(Batches):
    """Batches from an iterator, taken by one thread while the step runs.

    An iterator goes on from epoch to epoch; what is only iterable begins anew with each.

    Args:
        given: Gives batches.
        convert: Makes one of them what the graph takes, with "sample_weight".
        steps: Batches an epoch; all that come if None.
        workers: 1 to take batches ahead of their use, 0 not to.
        caller: The method the user called, for messages.
    """

    def __init__(
        self,
        given: Iterable[Any],
        convert: Callable[[Any], tuple[int, Feeds]],
        *,
        steps: int | None,
        workers: int = 1,
        caller: str = "fit",
    ) -> None:
        super().__init__(steps, None, None, weighted=True)
        self._given = given
        self._convert = convert
        self._caller = caller
        self._workers = min(workers, 1)

    def epoch(self, seed: int, epoch: int, first: int = 0) -> BatchGenerator:
        source = iter(self._given)
        for _ in itertools.islice(source, first):
            pass
        numbers = itertools.count(first) if self.steps is None else range(first, self.steps)

        def take(number: int) -> tuple[int, Feeds] | None:
            batch = next(source, None)
            return None if batch is None else self._convert(batch)

        came = first
        for batch in ahead(take, numbers, self._workers):
            if batch is None:
                break
            came += 1
            yield batch
        if came == 0 or (self.steps is not None and came < self.steps):
            raise DataError(
                f"{self._caller}: the iterator ended after {came} of {self.steps or 1} batches of "
                "an epoch; let it go on, or give what can be iterated anew each epoch"
            )

    def skip(self, count: int) -> None:
        """Passes over batches of epochs that were trained before, where an iterator goes on."""
        if isinstance(self._given, Iterator):
            for _ in itertools.islice(self._given, count):
                pass
