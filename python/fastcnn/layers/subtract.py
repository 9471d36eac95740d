"""The difference of two tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.errors import InvalidValueError
from fastcnn.layers.merge import Merge
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class Subtract(Merge):
    """The first of two tensors less the second, element by element."""

    op: ClassVar[str] = "subtract"

    def build(self, *shapes: Shape) -> None:
        if len(shapes) != 2:
            raise InvalidValueError(f"{self.label}: takes two tensors, it was given {len(shapes)}")
        super().build(*shapes)
