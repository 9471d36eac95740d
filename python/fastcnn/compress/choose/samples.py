"""Samples, with or without labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastcnn.compress.prune.evidence import is_pair
from fastcnn.errors import DataError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.train.data import read_inputs
from fastcnn.typing import Array


@dataclass(frozen=True)
class Sample:
    """Inputs by name; labels, or None."""

    x: dict[str, Array]
    y: Array | None

    def __len__(self) -> int:
        return len(next(iter(self.x.values())))

    def part(self, chosen: slice) -> Sample:
        """Those of the given indices."""
        return Sample(
            {name: array[chosen] for name, array in self.x.items()},
            None if self.y is None else self.y[chosen],
        )

    @property
    def data(self) -> Any:
        """As `prune` takes it: (x, y), or x alone."""
        return self.x if self.y is None else (self.x, self.y)


def draw_sample(
    action: str, graph: Graph, data: Any, count: int, rng: np.random.Generator
) -> Sample:
    """At most `count` of `data`, in random order.

    Args:
        action: For messages.
        graph: What the samples are for.
        data: A pair (x, y), or x alone; x is one array, or a dict by input name.
        count: At least 1.
        rng: Picks them.

    Raises:
        DataError: The data cannot be used.
        InvalidValueError: The count is below 1.
    """
    if count < 1:
        raise InvalidValueError(f"{action}: samples must be at least 1, it is {count}")
    if data is None:
        raise DataError(f"{action}: needs samples; give data=(x, y), or data=x without labels")
    labelled = is_pair(data)
    x = read_inputs(graph, data[0] if labelled else data, caller=action)
    total = len(next(iter(x.values())))
    y = np.asarray(data[1]) if labelled else None
    if y is not None and (y.ndim == 0 or len(y) != total):
        raise DataError(f"{action}: x holds {total} samples, y {y.size} labels; give one for each")
    chosen = rng.permutation(total)[:count]
    return Sample(
        {name: array[chosen] for name, array in x.items()}, None if y is None else y[chosen]
    )
