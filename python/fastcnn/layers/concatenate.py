"""Several tensors joined along an axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.errors import ShapeError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.layers.layout import graph_axis
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class Concatenate(Layer):
    """Two or more tensors joined along an axis; their other extents are equal.

    Args:
        axis: As users count, the batch being 0; negative from the end. Not the batch.
    """

    joins: ClassVar[bool] = True

    axis: int = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.axis, int) or isinstance(self.axis, bool) or self.axis == 0:
            raise self.invalid("axis", self.axis, "an integer other than 0, the batch")

    def build(self, *shapes: Shape) -> None:
        rank = len(shapes[0])
        if not 1 - rank <= self.axis < rank:
            raise ShapeError(
                f"{self.label}: axis must be from {1 - rank} to {rank - 1} and not 0 for tensors "
                f"of {rank} axes, it is {self.axis}"
            )

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        rank = inputs[0].type.rank
        return g.apply("concat", *inputs, axis=graph_axis(self.axis % rank, rank))
