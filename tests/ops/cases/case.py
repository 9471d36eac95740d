"""One case: inputs and attributes of one operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Maker = Callable[[np.random.Generator], Array]


@dataclass(frozen=True)
class Case:
    """Inputs and attributes of one operation.

    Args:
        op: Name of the operation.
        id: Unique among the cases of the operation.
        make: Draws the inputs: float32 and int32 arrays in the op's order.
        attrs: The op's attributes.
        batched: Which inputs have the batch as axis 0.
        reduction: Length of the longest sum behind one element of a result.
        finite: Whether all inputs and results are finite, so that differences make sense.
    """

    op: str
    id: str
    make: Callable[[np.random.Generator], list[Array]]
    attrs: Mapping[str, Any] = field(default_factory=dict)
    batched: tuple[int, ...] = ()
    reduction: int = 1
    finite: bool = True

    def inputs(self, rng: np.random.Generator) -> list[Array]:
        """Freshly drawn inputs."""
        return self.make(rng)

    def __str__(self) -> str:
        return f"{self.op}-{self.id}"


def each(*makers: Maker) -> Callable[[np.random.Generator], list[Array]]:
    """Inputs drawn one by one."""
    return lambda rng: [maker(rng) for maker in makers]


def text(shape: tuple[int, ...]) -> str:
    """As `2x3x5`, or `scalar`."""
    return "x".join(map(str, shape)) or "scalar"
