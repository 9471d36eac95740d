"""Inputs without labels, batch by batch."""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice
from typing import Any

import numpy as np

from fastcnn import runtime
from fastcnn.errors import DataError
from fastcnn.graph import Graph
from fastcnn.train.batches.ahead import ahead
from fastcnn.train.batches.batches import Feeds
from fastcnn.train.batches.dataset import Dataset
from fastcnn.train.batches.open import Preparation, is_lazy
from fastcnn.train.batches.steps import steps_of
from fastcnn.train.data import read_inputs


def input_batches(graph: Graph, x: Any, how: Preparation) -> Generator[Feeds, None, None]:
    """The inputs of the graph from arrays, a `Dataset`, or an iterator of batches x or (x, ...)."""
    if is_lazy(x) and not isinstance(x, Dataset):
        return _of_iterator(graph, x, how)
    size = how.batch_size
    if isinstance(x, Dataset):
        count, data = len(x), x

        def read(number: int) -> Feeds:
            part = np.arange(number * size, min(count, (number + 1) * size))
            return read_inputs(graph, data.read(part)[0], caller=how.caller)

        workers = runtime.get_num_threads() if how.workers is None else how.workers
        return ahead(read, range(steps_of(how.caller, count, size, how.steps)), workers)
    inputs = read_inputs(graph, x, caller=how.caller)

    def cut(number: int) -> Feeds:
        part = slice(number * size, (number + 1) * size)
        return {name: array[part] for name, array in inputs.items()}

    count = len(next(iter(inputs.values())))
    return ahead(cut, range(steps_of(how.caller, count, size, how.steps)), 0)


def _of_iterator(graph: Graph, given: Any, how: Preparation) -> Generator[Feeds, None, None]:
    came = 0
    for batch in islice(iter(given), how.steps):
        x = batch[0] if isinstance(batch, tuple) else batch
        yield read_inputs(graph, x, caller=how.caller)
        came += 1
    if came < (how.steps or 1):
        raise DataError(
            f"{how.caller}: the iterator ended after {came} batches, {how.steps or 1} were needed"
        )
