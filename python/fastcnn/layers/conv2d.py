"""Two-dimensional convolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.arguments import IntOrPair
from fastcnn.layers.convolution import Convolution
from fastcnn.layers.emitter import Emitter
from fastcnn.typing import Shape


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
