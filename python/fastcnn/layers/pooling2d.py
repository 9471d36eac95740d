"""What the pooling layers share."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.arguments import IntOrPair, Pads, Pair
from fastcnn.layers.convolution import NEEDS_IMAGES
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class Pooling2D(Layer):
    """Base of layers that reduce each window of each channel to one number.

    Args:
        pool_size: Height and width of the window, in pixels; one integer for both.
        strides: Vertical and horizontal, in pixels; `pool_size` if None.
        padding: "valid" for none, "same" for an output of ceil(extent / stride) pixels.
        data_format: "channels_last" or None, which is the same.

    Shape:
        x: [N, H, W, C]. y: [N, OH, OW, C].
    """

    pool_size: IntOrPair = (2, 2)
    strides: IntOrPair | None = None
    padding: str = "valid"
    data_format: str | None = None

    _pool_size: Pair = field(init=False)
    _strides: Pair = field(init=False)
    _padding: str = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_data_format(self.data_format)
        strides = self.pool_size if self.strides is None else self.strides
        self._pool_size = arguments.pair(self, "pool_size", self.pool_size)
        self._strides = arguments.pair(self, "strides", strides)
        self._padding = arguments.padding_name(self, self.padding)

    def build(self, *shapes: Shape) -> None:
        self.check_rank(4, shapes[0], NEEDS_IMAGES)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        size = x.shape[2], x.shape[3]
        padding = arguments.pads(self, self._padding, size, self._pool_size, self._strides)
        return self.pool(g, x, self._pool_size, self._strides, padding)

    def pool(self, g: Emitter, x: Value, size: Pair, strides: Pair, pads: Pads) -> Value:
        """Appends the pooling of windows of `size`."""
        raise NotImplementedError
