"""Convolution: channels around the vector widths, odd windows, groups, depthwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.ops.cases.case import Case, each, text
from tests.ops.cases.makers import exactly, normal, repeated

Pair = tuple[int, int]


@dataclass(frozen=True)
class Convolution:
    """Shapes and attributes of one convolution."""

    n: int
    c: int
    oc: int
    size: Pair
    kernel: Pair
    strides: Pair = (1, 1)
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilations: Pair = (1, 1)
    groups: int = 1

    @property
    def id(self) -> str:
        parts = [
            f"n{self.n}",
            f"c{self.c}",
            f"oc{self.oc}",
            text(self.size),
            f"k{text(self.kernel)}",
        ]
        if self.strides != (1, 1):
            parts.append(f"s{text(self.strides)}")
        if any(self.pads):
            parts.append(f"p{text(self.pads)}")
        if self.dilations != (1, 1):
            parts.append(f"d{text(self.dilations)}")
        if self.groups != 1:
            parts.append(f"g{self.groups}")
        return "-".join(parts)

    @property
    def attrs(self) -> dict[str, Any]:
        names = ("strides", "pads", "dilations", "groups")
        return {name: getattr(self, name) for name in names}

    @property
    def x(self) -> tuple[int, ...]:
        return (self.n, self.c, *self.size)

    @property
    def w(self) -> tuple[int, ...]:
        return (self.oc, self.c // self.groups, *self.kernel)

    @property
    def y(self) -> tuple[int, ...]:
        extents = [
            (
                self.size[i]
                + self.pads[i]
                + self.pads[i + 2]
                - self.dilations[i] * (self.kernel[i] - 1)
                - 1
            )
            // self.strides[i]
            + 1
            for i in range(2)
        ]
        return (self.n, self.oc, *extents)


def same(pad: int) -> tuple[int, int, int, int]:
    """The same padding on all four sides."""
    return (pad, pad, pad, pad)


ORDINARY = (
    Convolution(2, 1, 1, (1, 1), (1, 1)),
    Convolution(2, 3, 8, (5, 7), (3, 3), pads=same(1)),
    Convolution(1, 8, 8, (8, 8), (1, 1)),
    Convolution(5, 9, 17, (6, 5), (1, 1)),
    Convolution(1, 17, 9, (7, 7), (3, 3), pads=same(1)),
    Convolution(2, 32, 32, (4, 9), (3, 3), pads=same(1)),
    Convolution(1, 1, 32, (15, 15), (3, 3)),
    Convolution(1, 64, 40, (3, 4), (1, 1)),
    Convolution(1, 16, 24, (14, 13), (3, 3), pads=same(1)),
    Convolution(1, 3, 16, (15, 14), (5, 5), strides=(2, 2), pads=same(2)),
    Convolution(2, 3, 8, (15, 15), (7, 7), strides=(2, 2), pads=same(3)),
    Convolution(1, 8, 9, (9, 8), (3, 3), strides=(2, 2), pads=(0, 0, 1, 1)),
    Convolution(1, 9, 8, (10, 7), (2, 3), strides=(3, 1), pads=(0, 2, 1, 0)),
    Convolution(2, 8, 8, (11, 11), (3, 3), pads=same(2), dilations=(2, 2)),
    Convolution(1, 3, 5, (13, 9), (3, 2), strides=(2, 3), pads=(1, 0, 2, 3), dilations=(3, 2)),
    Convolution(1, 8, 8, (3, 3), (3, 3)),
    Convolution(1, 4, 4, (1, 1), (3, 3), pads=same(1)),
    Convolution(1, 4, 4, (2, 2), (2, 2), pads=same(3)),
    Convolution(1, 16, 8, (8, 1), (3, 1), pads=(1, 0, 1, 0)),
    Convolution(1, 16, 8, (1, 12), (1, 5), pads=(0, 2, 0, 2)),
    Convolution(2, 32, 16, (13, 12), (1, 1), strides=(2, 2)),
    Convolution(1, 8, 8, (9, 9), (1, 1), strides=(3, 2), pads=(1, 0, 0, 2)),
    Convolution(1, 12, 123, (1, 1), (1, 1)),
    Convolution(1, 9, 35, (3, 2), (3, 2)),
)
GROUPED = (
    Convolution(1, 8, 8, (6, 6), (3, 3), pads=same(1), groups=2),
    Convolution(2, 6, 9, (5, 5), (3, 3), groups=3),
    Convolution(1, 32, 32, (5, 5), (3, 3), pads=same(1), groups=4),
    Convolution(2, 16, 32, (5, 6), (1, 1), groups=2),
    Convolution(1, 18, 18, (7, 6), (3, 3), strides=(2, 2), pads=same(1), groups=2),
    Convolution(1, 24, 8, (6, 6), (3, 2), pads=(1, 0, 1, 1), dilations=(2, 1), groups=8),
    Convolution(1, 84, 84, (3, 5), (1, 1), groups=2),
)
DEPTHWISE = (
    Convolution(1, 8, 8, (6, 6), (3, 3), pads=same(1), groups=8),
    Convolution(2, 9, 9, (7, 8), (3, 3), strides=(2, 2), pads=same(1), groups=9),
    Convolution(1, 32, 32, (9, 7), (5, 5), pads=same(2), groups=32),
    Convolution(1, 17, 17, (11, 9), (3, 3), pads=same(2), dilations=(2, 2), groups=17),
    Convolution(5, 3, 3, (5, 5), (3, 3), groups=3),
    Convolution(1, 16, 16, (12, 15), (3, 3), strides=(1, 2), pads=(0, 1, 1, 0), groups=16),
    Convolution(1, 8, 16, (6, 5), (3, 3), pads=same(1), groups=8),
    Convolution(2, 3, 9, (6, 7), (3, 3), strides=(2, 2), pads=(0, 0, 1, 1), groups=3),
    Convolution(1, 16, 16, (10, 19), (5, 5), strides=(2, 2), pads=same(2), groups=16),
    Convolution(1, 10, 10, (9, 12), (7, 7), pads=same(3), dilations=(2, 1), groups=10),
)
ALL = (*ORDINARY, *GROUPED, *DEPTHWISE)
FINISHED = (ORDINARY[4], ORDINARY[11], GROUPED[1], DEPTHWISE[1])


def cases() -> Iterator[Case]:
    for conv in ALL:
        yield forward(conv)
        yield from backward(conv)
        if all(more < stride for more, stride in zip((1, 0), conv.strides, strict=True)):
            yield transposed(conv, "linear", (1, 0))
    for conv in FINISHED:
        for activation in ("linear", "relu", "relu6"):
            yield forward(conv, activation=activation, residual=True)
            yield transposed(conv, activation, (0, 0))
        yield forward(conv, activation="relu")
        yield forward(conv, activation="relu6")
    yield not_a_number()


def forward(conv: Convolution, activation: str = "", residual: bool = False) -> Case:
    extras = [normal(*conv.y, deviation=4)] if residual else []
    return Case(
        "conv2d",
        "-".join(filter(None, [conv.id, activation, "residual" if residual else ""])),
        each(normal(*conv.x), normal(*conv.w), normal(conv.oc), *extras),
        {**conv.attrs, **({"activation": activation} if activation else {})},
        batched=(0, 3) if residual else (0,),
        reduction=int(np.prod(conv.w[1:])),
    )


def backward(conv: Convolution) -> Iterator[Case]:
    n, _, oh, ow = conv.y
    yield Case(
        "conv2d_backward_data",
        conv.id,
        each(normal(*conv.y), normal(*conv.w)),
        {**conv.attrs, "input_size": conv.size},
        batched=(0,),
        reduction=conv.oc // conv.groups * conv.kernel[0] * conv.kernel[1],
    )
    yield Case(
        "conv2d_backward_weights",
        conv.id,
        each(normal(*conv.y), normal(*conv.x)),
        {**conv.attrs, "kernel_size": conv.kernel},
        batched=(0, 1),
        reduction=n * oh * ow,
    )
    yield Case(
        "conv2d_backward_data",
        f"{conv.id}-residual",
        each(normal(*conv.y), normal(*conv.w), normal(*conv.x)),
        {**conv.attrs, "input_size": conv.size},
        batched=(0, 2),
        reduction=conv.oc // conv.groups * conv.kernel[0] * conv.kernel[1],
    )


def transposed(conv: Convolution, activation: str, more: Pair) -> Case:
    """From what the convolution gives back to the size it takes, or `more`."""
    outputs = conv.w[1] * conv.groups
    return Case(
        "conv2d_transpose",
        f"{conv.id}-{activation}-more{text(more)}",
        each(normal(*conv.y), normal(*conv.w), normal(outputs)),
        {**conv.attrs, "output_padding": more, "activation": activation},
        batched=(0,),
        reduction=conv.oc // conv.groups * conv.kernel[0] * conv.kernel[1],
    )


def not_a_number() -> Case:
    """A NaN reaches its window and nothing else; an infinite bias its channel."""
    conv = ORDINARY[1]

    def make(rng: np.random.Generator) -> list[np.ndarray]:
        x, w, b = each(normal(*conv.x), repeated(*conv.w), exactly([np.inf] + [0.0] * 7))(rng)
        x[1, 2, 3, 4] = np.nan
        return [x, w, b]

    return Case(
        "conv2d", "nan-and-infinity", make, conv.attrs, batched=(0,), reduction=27, finite=False
    )
