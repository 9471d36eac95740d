"""What several networks are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from fastcnn import layers
from fastcnn.errors import InvalidValueError
from fastcnn.layers import SymbolicTensor

T = TypeVar("T")


def normalised(x: SymbolicTensor, activation: str | None = "relu") -> SymbolicTensor:
    """Batch normalisation, then an activation."""
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    return x if activation is None else layers.Activation(activation)(x)


def conv(
    x: SymbolicTensor,
    filters: int,
    size: int,
    strides: int = 1,
    activation: str | None = "relu",
) -> SymbolicTensor:
    """Convolution without bias, batch normalisation, activation."""
    x = layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)
    return normalised(x, activation)


def depthwise(
    x: SymbolicTensor, size: int, strides: int = 1, activation: str | None = "relu"
) -> SymbolicTensor:
    """Depthwise convolution without bias, batch normalisation, activation."""
    x = layers.DepthwiseConv2D(size, strides=strides, padding="same", use_bias=False)(x)
    return normalised(x, activation)


def inverted_residual(
    x: SymbolicTensor, filters: int, expansion: int, size: int, strides: int
) -> SymbolicTensor:
    """Wider, depthwise, narrower; the sum with x where the shapes allow it.

    Source:
        Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018.
    """
    channels = channels_of(x)
    y = x if expansion == 1 else conv(x, expansion * channels, 1, activation="relu6")
    y = depthwise(y, size, strides, activation="relu6")
    y = conv(y, filters, 1, activation=None)
    return layers.Add()([x, y]) if strides == 1 and channels == filters else y


def channels_of(x: SymbolicTensor) -> int:
    """Channels of an image."""
    channels = x.shape[-1]
    assert channels is not None
    return channels


def rounded(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of `divisor`, one up where more than a tenth would be lost."""
    nearest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return nearest if nearest >= 0.9 * channels else nearest + divisor


def known(builder: str, argument: str, value: int, table: Mapping[int, T]) -> T:
    """What the table holds for `value`.

    Raises:
        InvalidValueError: Nothing.
    """
    if value not in table:
        raise InvalidValueError(
            f"zoo.{builder}: {argument} must be one of {', '.join(map(str, table))}, it is "
            f"{value!r}"
        )
    return table[value]
