"""The data that compression measures and fits on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fastcnn.errors import DataError
from fastcnn.graph import Graph
from fastcnn.train.data import read_inputs
from fastcnn.typing import Array


@dataclass(frozen=True)
class Samples:
    """Inputs by name, and labels."""

    x: dict[str, Array]
    y: Array

    def __len__(self) -> int:
        return len(self.y)

    def take(self, chosen: npt.NDArray[np.int64] | slice) -> Samples:
        """Those of the given indices."""
        return Samples({name: array[chosen] for name, array in self.x.items()}, self.y[chosen])

    def draw(self, count: int, rng: np.random.Generator) -> Samples:
        """At most `count` of them, in random order."""
        return self.take(rng.permutation(len(self))[:count])


def read_data(action: str, graph: Graph, data: Any) -> Samples:
    """`data` checked.

    Args:
        action: For messages.
        graph: What the samples are for.
        data: A pair (x, y); x is one array, or a dict by input name.

    Raises:
        DataError: It is no pair, it is empty, shapes do not fit, or a number is not finite.
    """
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise DataError(f"{action}: data must be a pair (x, y) of samples and labels")
    x, y = read_inputs(graph, data[0], caller=action), np.asarray(data[1])
    count = len(next(iter(x.values())))
    if y.ndim == 0 or len(y) != count:
        raise DataError(f"{action}: x holds {count} samples, y {y.size} labels; give one for each")
    return Samples(x, y)
