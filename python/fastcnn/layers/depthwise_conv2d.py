"""Two-dimensional convolution of each channel by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.arguments import IntOrPair
from fastcnn.layers.convolution import Convolution
from fastcnn.layers.emitter import Emitter
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class DepthwiseConv2D(Convolution):
    """Two-dimensional convolution of each channel by itself.

        y[..., c M + m] = act((x[..., c] * w[:, :, c, m]) + b[c M + m])

    Args:
        kernel_size: Height and width of the window, in pixels; one integer for both.
        strides: Vertical and horizontal, in pixels.
        padding: "valid" for none, "same" for an output of ceil(extent / stride) pixels.
        depth_multiplier: M, the outputs of each channel.
        data_format: "channels_last" or None, which is the same.
        dilation_rate: Distance between neighbouring taps, in pixels.
        activation: A name, or a layer without weights.
        use_bias: Whether b is there.
        depthwise_initializer: First w.
        bias_initializer: First b.
        depthwise_regularizer: Penalty on w.
        bias_regularizer: Penalty on b.

    Shape:
        x: [N, H, W, C]. w: [KH, KW, C, M]. b: [C M]. y: [N, OH, OW, C M].
    """

    kernel_size: IntOrPair
    strides: IntOrPair = (1, 1)
    padding: str = "valid"
    depth_multiplier: int = 1
    data_format: str | None = None
    dilation_rate: IntOrPair = (1, 1)
    activation: Any = None
    use_bias: bool = True
    depthwise_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    depthwise_regularizer: Any = None
    bias_regularizer: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.depth_multiplier = arguments.integer(self, "depth_multiplier", self.depth_multiplier)
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
        kernel = (*self._kernel_size, channels, self.depth_multiplier)
        self.add_weight(
            "depthwise_kernel", kernel, self.depthwise_initializer, self.depthwise_regularizer
        )
        if self.use_bias:
            outputs = (channels * self.depth_multiplier,)
            self.add_weight("bias", outputs, self.bias_initializer, self.bias_regularizer)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        w = g.weight("depthwise_kernel")
        outputs = w.shape[0] or 0
        b = g.weight("bias") if self.use_bias else g.constant("no_bias", np.zeros(outputs))
        return self._activation(g, self.convolve(g, x, w, b, outputs // self.depth_multiplier))
