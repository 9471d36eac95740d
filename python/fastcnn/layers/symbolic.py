"""Tensors that stand for values not yet computed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastcnn.typing import Shape

if TYPE_CHECKING:
    from fastcnn.layers.layer import Layer

_order = itertools.count()


@dataclass(frozen=True, eq=False)
class Call:
    """One use of a layer.

    Args:
        layer: What was called.
        inputs: What it was called on.
        order: Calls made earlier have smaller numbers.
    """

    layer: Layer
    inputs: tuple[SymbolicTensor, ...]
    order: int = field(default_factory=lambda: next(_order))


@dataclass(frozen=True, eq=False)
class SymbolicTensor:
    """What a call will give.

    Args:
        shape: Channels-last, the batch (None) first.
        call: Where it comes from.
    """

    shape: Shape
    call: Call

    def __repr__(self) -> str:
        """As `<(None, 28, 28, 1) of Input>`."""
        return f"<{self.shape} of {self.call.layer.label}>"
