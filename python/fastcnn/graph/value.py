"""Values: the edges of a graph."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fastcnn.errors import GraphError
from fastcnn.typing import Array, DType, Shape


@dataclass(frozen=True, slots=True)
class Type:
    """Shape and element type of a value."""

    shape: Shape
    dtype: DType = "float32"

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __str__(self) -> str:
        """As `float32[?, 3, 224, 224]`."""
        extents = ", ".join("?" if extent is None else str(extent) for extent in self.shape)
        return f"{self.dtype}[{extents}]"


@dataclass(frozen=True, slots=True)
class Traits:
    """What training and compression know of a parameter.

    Args:
        trainable: Whether an optimiser may change it.
        pruned: Whether its zeros are held at zero when it is trained.
        l1: Coefficient of `l1 * sum |w|` in the loss.
        l2: Coefficient of `l2 * sum w^2` in the loss.
    """

    trainable: bool = True
    pruned: bool = False
    l1: float = 0.0
    l2: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class Value:
    """One tensor of a graph.

    A value with `data` and no `traits` is a constant; with both it is a parameter (weights,
    moving statistics, optimiser state). Within one graph the name identifies the value.
    """

    name: str
    type: Type
    data: Array | None = None
    traits: Traits | None = None

    def __post_init__(self) -> None:
        """Checks that data, where there is some, is of the declared type."""
        if self.data is None:
            if self.traits is not None:
                raise GraphError(f"value '{self.name}': a parameter needs data")
            return
        if self.data.shape != self.type.shape or self.data.dtype != np.dtype(self.type.dtype):
            raise GraphError(
                f"value '{self.name}': declared {self.type}, its data is "
                f"{self.data.dtype}{list(self.data.shape)}"
            )

    @property
    def shape(self) -> Shape:
        """Extents, outermost first."""
        return self.type.shape

    @property
    def is_parameter(self) -> bool:
        """Whether this value holds state that training may replace."""
        return self.traits is not None

    @property
    def is_trainable(self) -> bool:
        """Whether an optimiser may change this value."""
        return self.traits is not None and self.traits.trainable

    def with_data(self, data: Array) -> Value:
        """The same value holding other numbers, possibly of another shape."""
        return replace(self, data=data, type=Type(tuple(data.shape), self.type.dtype))

    def __repr__(self) -> str:
        """As `conv2d/kernel: float32[32, 1, 3, 3]`."""
        return f"{self.name}: {self.type}"
