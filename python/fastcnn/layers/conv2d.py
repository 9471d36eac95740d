"""Two-dimensional convolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fastcnn.errors import InvalidValueError
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


@dataclass(eq=False, repr=False)
class Conv2D(Convolution):
    """Two-dimensional convolution.

        y[n, i, j, o] = act(sum over p, q, c of
                            x[n, i s + p d - pad, j s + q d - pad, c] w[p, q, c, o] + b[o])

    Args:
        filters: Number of output channels.
        kernel_size: Height and width of the window, in pixels; one integer for both.
        strides: s, vertical and horizontal, in pixels.
        padding: "valid" for none, "same" for an output of ceil(extent / s) pixels.
        data_format: "channels_last" or None, which is the same.
        dilation_rate: d, the distance between neighbouring taps, in pixels.
        groups: Channels are split into this many groups, each convolved by itself.
        activation: A name, or a layer without weights.
        use_bias: Whether b is there.
        kernel_initializer: First w.
        bias_initializer: First b.
        kernel_regularizer: Penalty on w.
        bias_regularizer: Penalty on b.

    Shape:
        x: [N, H, W, C]. w: [KH, KW, C/groups, filters]. b: [filters]. y: [N, OH, OW, filters].
    """

    filters: int
    kernel_size: IntOrPair
    strides: IntOrPair = (1, 1)
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: IntOrPair = (1, 1)
    groups: int = 1
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filters = arguments.integer(self, "filters", self.filters)
        self.groups = arguments.integer(self, "groups", self.groups)
        if self.filters % self.groups:
            raise InvalidValueError(
                f"{self.label}: filters must be a multiple of groups, they are {self.filters} "
                f"and {self.groups}"
            )
        self.check_window(
            self.kernel_size,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
            self.activation,
        )

    def build(self, *shapes: Shape) -> None:
        channels = self.channels_of(*shapes)
        if channels % self.groups:
            raise InvalidValueError(
                f"{self.label}: the input has {channels} channels, which is no multiple of "
                f"groups = {self.groups}"
            )
        kernel = (*self._kernel_size, channels // self.groups, self.filters)
        self.add_weight("kernel", kernel, self.kernel_initializer, self.kernel_regularizer)
        if self.use_bias:
            self.add_weight("bias", (self.filters,), self.bias_initializer, self.bias_regularizer)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        b = g.weight("bias") if self.use_bias else g.constant("no_bias", np.zeros(self.filters))
        return self._activation(g, self.convolve(g, x, g.weight("kernel"), b, self.groups))
