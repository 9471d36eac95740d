"""The largest of several tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.layers.merge import Merge


@dataclass(eq=False, repr=False)
class Maximum(Merge):
    """The largest of two or more tensors, element by element."""

    op: ClassVar[str] = "maximum"
