"""What layers compute, written anew from their definitions on channels-last arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray


def same_pads(extent: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Zeros before and after for an output of ceil(extent / stride)."""
    outputs = (extent + stride - 1) // stride
    missing = max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - extent)
    return missing // 2, missing - missing // 2


def windows(
    x: Array, kernel: Any, strides: Any, padding: str, dilations: Any = (1, 1), fill: float = 0.0
) -> Array:
    """[N, OH, OW, KH, KW, C] from [N, H, W, C], one window after the other."""
    if padding == "same":
        margins = [
            same_pads(x.shape[1 + axis], kernel[axis], strides[axis], dilations[axis])
            for axis in range(2)
        ]
        x = np.pad(x, [(0, 0), *margins, (0, 0)], constant_values=fill)
    span = [d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True)]
    rows = range(0, x.shape[1] - span[0] + 1, strides[0])
    columns = range(0, x.shape[2] - span[1] + 1, strides[1])
    return np.stack(
        [
            np.stack(
                [
                    x[:, i : i + span[0] : dilations[0], j : j + span[1] : dilations[1], :]
                    for j in columns
                ],
                axis=1,
            )
            for i in rows
        ],
        axis=1,
    )


def conv2d(
    x: Array,
    w: Array,
    b: Array,
    strides: Any = (1, 1),
    padding: str = "valid",
    dilations: Any = (1, 1),
    groups: int = 1,
) -> Array:
    """Convolution with w [KH, KW, C/groups, OC]."""
    seen = windows(x, w.shape[:2], strides, padding, dilations)
    parts = [
        np.einsum("nijpqc,pqco->nijo", part, weights)
        for part, weights in zip(
            np.split(seen, groups, axis=-1), np.split(w, groups, axis=-1), strict=True
        )
    ]
    return np.concatenate(parts, axis=-1) + b


def depthwise_conv2d(
    x: Array, w: Array, b: Array, strides: Any = (1, 1), padding: str = "valid"
) -> Array:
    """Convolution of each channel by itself with w [KH, KW, C, M]."""
    seen = windows(x, w.shape[:2], strides, padding)
    y = np.einsum("nijpqc,pqcm->nijcm", seen, w)
    return y.reshape(*y.shape[:3], -1) + b


def max_pool(x: Array, size: Any, strides: Any, padding: str) -> Array:
    """Largest value of each window."""
    return windows(x, size, strides, padding, fill=-np.inf).max(axis=(3, 4))


def average_pool(x: Array, size: Any, strides: Any, padding: str) -> Array:
    """Mean of what each window holds of the image."""
    return np.nanmean(windows(x, size, strides, padding, fill=np.nan), axis=(3, 4))


def softmax(x: Array) -> Array:
    """Over the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
