"""The axes of a sample in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastcnn.errors import ShapeError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.layers.layout import TO_GRAPH, TO_USER
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class Permute(Layer):
    """The axes of a sample in another order.

    Args:
        dims: Each axis but the batch once, counted from 1: axis i of y is axis dims[i - 1] of x.
    """

    dims: Sequence[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.dims
        if not isinstance(given, (tuple, list)) or sorted(given) != [*range(1, len(given) + 1)]:
            raise self.invalid("dims", given, "the axes from 1 on, each once")
        self.dims = tuple(given)

    def build(self, *shapes: Shape) -> None:
        (shape,) = shapes
        if len(self.dims) != len(shape) - 1:
            raise ShapeError(
                f"{self.label}: dims {self.dims} must name {len(shape) - 1} axes, those of an "
                f"input of shape {shape} without the batch"
            )

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        perm = (0, *self.dims)
        if x.type.rank == 4:
            perm = tuple(TO_USER[perm[axis]] for axis in TO_GRAPH)
        return g.apply("transpose", x, perm=perm)
