"""One-dimensional convolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.graph.kernel_names import ROW
from fastcnn.layers import activations, arguments
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape

NEEDS_SEQUENCES = "Sequences are (length, channels); a plain one has 1 channel: x[..., None]"


@dataclass(eq=False, repr=False)
class Conv1D(Layer):
    """Convolution of sequences: a two-dimensional one of images one pixel high.

        y[n, i, o] = act(sum over p, c of x[n, i s + p d - pad, c] w[p, c, o] + b[o])

    Args:
        filters: Number of output channels.
        kernel_size: Length of the window, in steps.
        strides: s, in steps.
        padding: "valid" for none, "same" for an output of ceil(length / s) steps, "causal" for
            zeros in front alone, so that no output sees a later input.
        data_format: "channels_last" or None, which is the same.
        dilation_rate: d, the distance between neighbouring taps, in steps.
        groups: Channels are split into this many groups, each convolved by itself.
        activation: A name, or a layer without weights.
        use_bias: Whether b is there.
        kernel_initializer: First w.
        bias_initializer: First b.
        kernel_regularizer: Penalty on w.
        bias_regularizer: Penalty on b.

    Shape:
        x: [N, L, C]. w: [K, C/groups, filters]. b: [filters]. y: [N, OL, filters].
    """

    filters: int
    kernel_size: int | Sequence[int]
    strides: int | Sequence[int] = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: int | Sequence[int] = 1
    groups: int = 1
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None

    _kernel_size: int = field(init=False)
    _strides: int = field(init=False)
    _dilation: int = field(init=False)
    _padding: str = field(init=False)
    _activation: activations.Emit = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_data_format(self.data_format)
        self.filters = arguments.integer(self, "filters", self.filters)
        self.groups = arguments.integer(self, "groups", self.groups)
        if self.filters % self.groups:
            raise InvalidValueError(
                f"{self.label}: filters must be a multiple of groups, they are {self.filters} "
                f"and {self.groups}"
            )
        self._kernel_size = arguments.single(self, "kernel_size", self.kernel_size)
        self._strides = arguments.single(self, "strides", self.strides)
        self._dilation = arguments.single(self, "dilation_rate", self.dilation_rate)
        self._padding = arguments.padding_name(self, self.padding, "causal")
        self._activation = activations.get(self.activation, self)

    def build(self, *shapes: Shape) -> None:
        (shape,) = shapes
        self.check_rank(3, shape, NEEDS_SEQUENCES)
        channels = self.known(shape[2], "the number of channels")
        if channels % self.groups:
            raise InvalidValueError(
                f"{self.label}: the input has {channels} channels, which is no multiple of "
                f"groups = {self.groups}"
            )
        kernel = (self._kernel_size, channels // self.groups, self.filters)
        self.add_weight(ROW, kernel, self.kernel_initializer, self.kernel_regularizer)
        if self.use_bias:
            self.add_weight("bias", (self.filters,), self.bias_initializer, self.bias_regularizer)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        b = g.weight("bias") if self.use_bias else g.constant("no_bias", np.zeros(self.filters))
        length = x.shape[1]
        rows = g.apply("transpose", x, part="channels_first", perm=(0, 2, 1))
        rows = g.apply("unsqueeze", rows, part="as_image", axes=(2,))
        y = g.apply(
            "conv2d",
            rows,
            g.weight(ROW),
            b,
            strides=(1, self._strides),
            pads=self._pads(length),
            dilations=(1, self._dilation),
            groups=self.groups,
        )
        y = g.apply("squeeze", self._activation(g, y), part="as_row", axes=(2,))
        return g.apply("transpose", y, part="channels_last", perm=(0, 2, 1))

    def _pads(self, length: int | None) -> arguments.Pads:
        if self._padding == "causal":
            return 0, self._dilation * (self._kernel_size - 1), 0, 0
        return arguments.pads(
            self,
            self._padding,
            (1, length),
            (1, self._kernel_size),
            (1, self._strides),
            (1, self._dilation),
        )
