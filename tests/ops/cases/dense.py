"""Dense layers: extents around the tile sizes 6, 8 and 16."""

from __future__ import annotations

from collections.abc import Iterator

from tests.ops.cases.case import Case, each, text
from tests.ops.cases.makers import normal

SIZES = (  # n, k, m
    (1, 1, 1),
    (1, 7, 9),
    (2, 8, 8),
    (5, 9, 17),
    (6, 16, 16),
    (7, 17, 15),
    (13, 31, 33),
    (1, 64, 10),
    (3, 300, 5),
    (64, 5, 100),
)


def cases() -> Iterator[Case]:
    for n, k, m in SIZES:
        name = text((n, k, m))
        yield Case(
            "dense", name, each(normal(n, k), normal(k, m), normal(m)), batched=(0,), reduction=k
        )
        yield Case(
            "dense_backward_data", name, each(normal(n, m), normal(k, m)), batched=(0,), reduction=m
        )
        yield Case(
            "dense_backward_weights",
            name,
            each(normal(n, k), normal(n, m)),
            batched=(0, 1),
            reduction=n,
        )
    for activation in ("linear", "relu", "relu6"):
        inputs = each(normal(5, 9), normal(9, 17), normal(17))
        attrs = {"activation": activation}
        yield Case("dense", f"5x9x17-{activation}", inputs, attrs, batched=(0,), reduction=9)
    for shape in ((2, 3), (5, 17), (2, 9, 4, 5), (1, 32, 15, 3), (3, 8, 1, 1), (300, 10)):
        size = 1
        for extent in (shape[0], *shape[2:]):
            size *= extent
        yield Case("channel_sum", text(shape), each(normal(*shape)), batched=(0,), reduction=size)
