"""Transposed convolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.arguments import IntOrPair, Pair
from fastcnn.layers.convolution import Convolution
from fastcnn.layers.emitter import Emitter
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class Conv2DTranspose(Convolution):
    """Transposed convolution: the gradient of a convolution by its input, which grows images.

        y[n, i s + p d - pad, j s + q d - pad, o] += x[n, i, j, c] w[p, q, o, c]

    and then b[o] and act(). A kernel spans S = d (K - 1) + 1 pixels; the extent O made of I is

        (I - 1) s + max(S, s)                     padding "valid"
        I s                                       padding "same"
        (I - 1) s + S + output_padding            "valid" with output_padding
        (I - 1) s + S mod 2 + output_padding      "same" with output_padding

    Args:
        filters: Number of output channels.
        kernel_size: Height and width of the window, in pixels; one integer for both.
        strides: s, vertical and horizontal, in pixels.
        padding: "valid" or "same".
        output_padding: Vertical and horizontal, in pixels, less than the strides; or None.
        data_format: "channels_last" or None, which is the same.
        dilation_rate: d, the distance between neighbouring taps, in pixels.
        activation: A name, or a layer without weights.
        use_bias: Whether b is there.
        kernel_initializer: First w.
        bias_initializer: First b.
        kernel_regularizer: Penalty on w.
        bias_regularizer: Penalty on b.

    Shape:
        x: [N, H, W, C]. w: [KH, KW, filters, C]. b: [filters]. y: [N, OH, OW, filters].

    Source:
        Zeiler et al., "Deconvolutional Networks", CVPR 2010.
    """

    filters: int
    kernel_size: IntOrPair
    strides: IntOrPair = (1, 1)
    padding: str = "valid"
    output_padding: IntOrPair | None = None
    data_format: str | None = None
    dilation_rate: IntOrPair = (1, 1)
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None

    _more: Pair | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filters = arguments.integer(self, "filters", self.filters)
        self.check_window(
            self.kernel_size,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
            self.activation,
        )
        if self.output_padding is None:
            return
        self._more = arguments.pair(self, "output_padding", self.output_padding, 0)
        if any(more >= stride for more, stride in zip(self._more, self._strides, strict=True)):
            raise self.invalid(
                "output_padding", self.output_padding, f"less than the strides {self._strides}"
            )

    def build(self, *shapes: Shape) -> None:
        kernel = (*self._kernel_size, self.filters, self.channels_of(*shapes))
        self.add_weight("kernel", kernel, self.kernel_initializer, self.kernel_regularizer)
        if self.use_bias:
            self.add_weight("bias", (self.filters,), self.bias_initializer, self.bias_regularizer)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        b = g.weight("bias") if self.use_bias else g.constant("no_bias", np.zeros(self.filters))
        surplus = [self._surplus(axis) for axis in (0, 1)]
        before = [max(pixels, 0) // 2 for pixels in surplus]
        after = [max(pixels, 0) - pad for pixels, pad in zip(surplus, before, strict=True)]
        y = g.apply(
            "conv2d_transpose",
            x,
            g.weight("kernel"),
            b,
            strides=self._strides,
            pads=(*before, *after),
            dilations=self._dilations,
            groups=1,
            output_padding=tuple(max(-pixels, 0) for pixels in surplus),
        )
        return self._activation(g, y)

    def _surplus(self, axis: int) -> int:
        """(I - 1) s + S - O: what is cut off, or added where it is negative."""
        stride = self._strides[axis]
        span = self._dilations[axis] * (self._kernel_size[axis] - 1) + 1
        is_same = self._padding == "same"
        if self._more is not None:
            return (span - span % 2 if is_same else 0) - self._more[axis]
        return span - stride if is_same else min(span - stride, 0)
