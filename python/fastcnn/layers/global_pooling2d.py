"""What the global pooling layers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.layers.convolution import NEEDS_IMAGES
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class GlobalPooling2D(Layer):
    """Base of layers that reduce each channel to one number.

    Args:
        data_format: "channels_last" or None, which is the same.
        keepdims: Whether the image's axes stay, with extent 1.

    Shape:
        x: [N, H, W, C]. y: [N, C], or [N, 1, 1, C] with `keepdims`.
    """

    op: ClassVar[str]

    data_format: str | None = None
    keepdims: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_data_format(self.data_format)
        if not isinstance(self.keepdims, bool):
            raise self.invalid("keepdims", self.keepdims, "True or False")

    def build(self, *shapes: Shape) -> None:
        self.check_rank(4, shapes[0], NEEDS_IMAGES)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        y = g.apply(self.op, x)
        return y if self.keepdims else g.apply("reshape", y, shape=(0, -1))
