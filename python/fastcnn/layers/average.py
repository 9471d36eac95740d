"""The mean of several tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.merge import Merge


@dataclass(eq=False, repr=False)
class Average(Merge):
    """The mean of two or more tensors, element by element."""

    op: ClassVar[str] = "add"

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        return g.apply("scale", super().emit(g, *inputs), factor=1 / len(inputs))
