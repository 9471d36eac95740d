"""A depthwise convolution, then one of 1 x 1."""

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
class SeparableConv2D(Convolution):
    """A convolution of each channel by itself, then one of 1 x 1 that mixes channels.

        y = act((x * depthwise) * pointwise + b)

    Args:
        filters: Number of output channels.
        kernel_size: Height and width of the window, in pixels; one integer for both.
        strides: Vertical and horizontal, in pixels.
        padding: "valid" for none, "same" for an output of ceil(extent / stride) pixels.
        data_format: "channels_last" or None, which is the same.
        dilation_rate: Distance between neighbouring taps, in pixels.
        depth_multiplier: M, the outputs of each channel between the two convolutions.
        activation: A name, or a layer without weights.
        use_bias: Whether b is there.
        depthwise_initializer: First depthwise weights.
        pointwise_initializer: First pointwise weights.
        bias_initializer: First b.
        depthwise_regularizer: Penalty on the depthwise weights.
        pointwise_regularizer: Penalty on the pointwise weights.
        bias_regularizer: Penalty on b.

    Shape:
        x: [N, H, W, C]. depthwise: [KH, KW, C, M]. pointwise: [1, 1, C M, filters].
        b: [filters]. y: [N, OH, OW, filters].

    Source:
        Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", CVPR 2017.
    """

    filters: int
    kernel_size: IntOrPair
    strides: IntOrPair = (1, 1)
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: IntOrPair = (1, 1)
    depth_multiplier: int = 1
    activation: Any = None
    use_bias: bool = True
    depthwise_initializer: Any = "glorot_uniform"
    pointwise_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    depthwise_regularizer: Any = None
    pointwise_regularizer: Any = None
    bias_regularizer: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filters = arguments.integer(self, "filters", self.filters)
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
        between = channels * self.depth_multiplier
        self.add_weight(
            "depthwise_kernel",
            (*self._kernel_size, channels, self.depth_multiplier),
            self.depthwise_initializer,
            self.depthwise_regularizer,
        )
        self.add_weight(
            "pointwise_kernel",
            (1, 1, between, self.filters),
            self.pointwise_initializer,
            self.pointwise_regularizer,
        )
        if self.use_bias:
            self.add_weight("bias", (self.filters,), self.bias_initializer, self.bias_regularizer)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        w = g.weight("depthwise_kernel")
        between = w.shape[0] or 0
        nothing = g.constant("depthwise_no_bias", np.zeros(between))
        x = self.convolve(g, x, w, nothing, between // self.depth_multiplier, part="depthwise")
        b = g.weight("bias") if self.use_bias else g.constant("no_bias", np.zeros(self.filters))
        y = g.apply(
            "conv2d",
            x,
            g.weight("pointwise_kernel"),
            b,
            strides=(1, 1),
            pads=(0, 0, 0, 0),
            dilations=(1, 1),
            groups=1,
        )
        return self._activation(g, y)
