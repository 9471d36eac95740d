"""The sum of several tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer


@dataclass(eq=False, repr=False)
class Add(Layer):
    """The sum of two or more tensors of one shape, element by element."""

    joins: ClassVar[bool] = True

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        total, *others = inputs
        for other in others:
            total = g.apply("add", total, other)
        return total
