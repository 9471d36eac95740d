"""Pooling: windows that overlap, leave gaps, or hang over the edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fastcnn.ops import get
from tests.ops.cases.case import Array, Case, Maker, each, text
from tests.ops.cases.makers import distinct, exactly, normal, repeated

SHAPES = ((2, 3, 6, 6), (1, 8, 7, 5), (5, 9, 4, 9), (1, 17, 15, 14), (1, 1, 3, 3))
WINDOWS = (
    {"kernel_size": (2, 2), "strides": (2, 2), "pads": (0, 0, 0, 0)},
    {"kernel_size": (3, 3), "strides": (2, 2), "pads": (1, 1, 1, 1)},
    {"kernel_size": (3, 2), "strides": (1, 1), "pads": (0, 0, 1, 1)},
    {"kernel_size": (1, 1), "strides": (3, 2), "pads": (0, 0, 0, 0)},
    {"kernel_size": (2, 3), "strides": (3, 1), "pads": (1, 2, 0, 1)},
)
CEILED = (
    {"kernel_size": (2, 2), "strides": (2, 2), "pads": (0, 0, 0, 0), "ceil_mode": 1},
    {"kernel_size": (3, 2), "strides": (2, 3), "pads": (1, 0, 1, 1), "ceil_mode": 1},
    {"kernel_size": (2, 2), "strides": (2, 1), "pads": (1, 0, 0, 1), "dilations": (2, 1)},
)
LARGE = {"kernel_size": (5, 5), "strides": (4, 4), "pads": (4, 4, 4, 4)}
GLOBAL_SHAPES = (*SHAPES, (2, 16, 1, 1), (1, 32, 1, 9))
INFINITY = float("inf")


def cases() -> Iterator[Case]:
    for shape in SHAPES:
        for window in (*WINDOWS, *CEILED, LARGE):
            yield from windowed(shape, window)
    for shape in GLOBAL_SHAPES:
        yield from whole(shape)
    yield from unusual()


def windowed(shape: tuple[int, ...], window: dict[str, Any]) -> Iterator[Case]:
    kh, kw = window["kernel_size"]
    name = f"{text(shape)}-k{kh}x{kw}-s{text(window['strides'])}-p{text(window['pads'])}"
    name += f"-ceil{window['ceil_mode']}" if "ceil_mode" in window else ""
    name += f"-d{text(window['dilations'])}" if "dilations" in window else ""
    y = get("max_pool2d").reference(np.zeros(shape), **window).shape
    yield Case("max_pool2d", name, each(distinct(*shape)), window, batched=(0,))
    yield max_backward("max_pool2d", name, distinct(*shape), window, kh * kw)
    yield max_backward("max_pool2d", f"{name}-equal", repeated(*shape), window, kh * kw)
    for include in (0, 1):
        attrs = {**window, "count_include_pad": include}
        yield Case(
            "average_pool2d",
            f"{name}-include{include}",
            each(normal(*shape)),
            attrs,
            batched=(0,),
            reduction=kh * kw,
        )
        yield Case(
            "average_pool2d_backward",
            f"{name}-include{include}",
            each(normal(*y)),
            {**attrs, "input_size": shape[2:]},
            batched=(0,),
            reduction=kh * kw,
        )


def whole(shape: tuple[int, ...]) -> Iterator[Case]:
    name, pixels = text(shape), shape[2] * shape[3]
    yield Case("global_max_pool2d", name, each(distinct(*shape)), batched=(0,))
    yield max_backward("global_max_pool2d", name, distinct(*shape), {}, 1)
    yield max_backward("global_max_pool2d", f"{name}-equal", repeated(*shape), {}, 1)
    yield Case("global_average_pool2d", name, each(normal(*shape)), batched=(0,), reduction=pixels)
    yield Case(
        "global_average_pool2d_backward",
        name,
        each(normal(*shape[:2], 1, 1)),
        {"input_size": shape[2:]},
        batched=(0,),
    )


def max_backward(op: str, name: str, image: Maker, window: dict[str, Any], reduction: int) -> Case:
    def make(rng: np.random.Generator) -> list[Array]:
        x = image(rng)
        y = get(op).reference(x, **window)
        return [normal(*y.shape)(rng), x, y]

    return Case(f"{op}_backward", name, make, window, batched=(0, 1, 2), reduction=reduction)


def unusual() -> Iterator[Case]:
    """NaN wins, minus infinity in the image is larger than no padding."""
    image = np.full((1, 9, 4, 4), -INFINITY, np.float32)
    image[0, 3, 1, 2] = np.nan
    image[0, 5, 2, 2] = INFINITY
    window = WINDOWS[1]
    for op, attrs in (("max_pool2d", window), ("global_max_pool2d", {})):
        yield Case(op, "nan-and-infinity", each(exactly(image)), attrs, batched=(0,), finite=False)
    mean = {**window, "count_include_pad": 0}
    finite = np.where(np.isinf(image), 1, image)
    for op, attrs in (("average_pool2d", mean), ("global_average_pool2d", {})):
        yield Case(
            op, "nan", each(exactly(finite)), attrs, batched=(0,), reduction=16, finite=False
        )
