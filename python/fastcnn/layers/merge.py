"""What the layers that join tensors element by element share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.errors import ShapeError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class Merge(Layer):
    """Base of layers that join two or more tensors element by element.

    Shape:
        x: [N, ...], of one rank; along each axis the extents are equal, or 1, which is repeated.
        y: the largest extents.
    """

    joins: ClassVar[bool] = True
    op: ClassVar[str]

    def build(self, *shapes: Shape) -> None:
        ranks = {len(shape) for shape in shapes}
        if len(ranks) > 1 or any(len(set(along) - {1}) > 1 for along in zip(*shapes, strict=True)):
            raise ShapeError(
                f"{self.label}: takes tensors of one shape, or with extents of 1 where they "
                f"differ, they are {shapes}"
            )

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        y, *others = inputs
        for other in others:
            y = g.apply(self.op, y, other)
        return y
