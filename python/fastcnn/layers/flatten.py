"""All features of a sample in one row."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.layers.layout import TO_USER


@dataclass(eq=False, repr=False)
class Flatten(Layer):
    """All features of a sample in one row, channels varying fastest.

    Args:
        data_format: "channels_last" or None, which is the same.

    Shape:
        x: [N, ...]. y: [N, product of the extents].
    """

    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_data_format(self.data_format)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        if x.type.rank == 4:
            x = g.apply("transpose", x, part="to_nhwc", perm=TO_USER)
        return g.apply("reshape", x, shape=(0, -1))
