"""The sum of several tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.errors import ShapeError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class Add(Layer):
    """The sum of two or more tensors of one shape, element by element."""

    joins: ClassVar[bool] = True

    def build(self, *shapes: Shape) -> None:
        if len(set(shapes)) > 1:
            raise ShapeError(f"{self.label}: takes tensors of one shape, they are {shapes}")

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        total, *others = inputs
        for other in others:
            total = g.apply("add", total, other)
        return total
