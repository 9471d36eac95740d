"""What the convolutions share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastcnn.graph import Value
from fastcnn.layers import activations, arguments
from fastcnn.layers.arguments import IntOrPair, Pair
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape

NEEDS_IMAGES = "Images are (height, width, channels); a grey one has 1 channel: x[..., None]"


@dataclass(eq=False, repr=False)
class Convolution(Layer):
    """What the convolutions share: the window, the padding and the checks of both."""

    _strides: Pair = field(init=False)
    _kernel_size: Pair = field(init=False)
    _dilations: Pair = field(init=False)
    _padding: str = field(init=False)
    _activation: activations.Emit = field(init=False)

    def check_window(
        self,
        kernel_size: IntOrPair,
        strides: IntOrPair,
        padding: str,
        data_format: str | None,
        dilation_rate: IntOrPair,
        activation: Any,
    ) -> None:
        """Checks and keeps the arguments all convolutions have."""
        self.check_data_format(data_format)
        self._kernel_size = arguments.pair(self, "kernel_size", kernel_size)
        self._strides = arguments.pair(self, "strides", strides)
        self._padding = arguments.padding_name(self, padding)
        self._dilations = arguments.pair(self, "dilation_rate", dilation_rate)
        self._activation = activations.get(activation, self)

    def channels_of(self, shape: Shape) -> int:
        """Channels of the images this layer is given."""
        self.check_rank(4, shape, NEEDS_IMAGES)
        return self.known(shape[3], "the number of channels")

    def convolve(
        self, g: Emitter, x: Value, w: Value, b: Value, groups: int, part: str = ""
    ) -> Value:
        """Appends the convolution over the window."""
        padding = arguments.pads(
            self,
            self._padding,
            (x.shape[2], x.shape[3]),
            self._kernel_size,
            self._strides,
            self._dilations,
        )
        return g.apply(
            "conv2d",
            x,
            w,
            b,
            part=part,
            strides=self._strides,
            pads=padding,
            dilations=self._dilations,
            groups=groups,
        )
