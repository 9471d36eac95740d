"""Mean of each channel of a sequence."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers.conv1d import NEEDS_SEQUENCES
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class GlobalAveragePooling1D(Layer):
    """Mean of each channel of a sequence.

    Args:
        data_format: "channels_last" or None, which is the same.
        keepdims: Whether the sequence's axis stays, with extent 1.

    Shape:
        x: [N, L, C]. y: [N, C], or [N, 1, C] with `keepdims`.
    """

    data_format: str | None = None
    keepdims: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_data_format(self.data_format)
        if not isinstance(self.keepdims, bool):
            raise self.invalid("keepdims", self.keepdims, "True or False")

    def build(self, *shapes: Shape) -> None:
        self.check_rank(3, shapes[0], NEEDS_SEQUENCES)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return g.apply("reduce_mean", x, axes=(1,), keepdims=int(self.keepdims))
