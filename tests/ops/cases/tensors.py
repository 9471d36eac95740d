"""Reductions, choices, and operations that move elements, on tensors of any rank."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from tests.ops.cases.case import Case, each, text
from tests.ops.cases.makers import distinct, exactly, integers, normal, repeated, uniform

REDUCTIONS = (
    ((5, 17), (1,)),
    ((2, 9, 4, 5), (2, 3)),
    ((2, 9, 4, 5), (1,)),
    ((1, 16, 3, 3), (0, 2)),
    ((2, 3, 8), ()),
)
MODES = ("constant", "edge", "reflect", "wrap")
RESIZES: tuple[dict[str, Any], ...] = (
    {"sizes": (2, 3, 8, 10), "mode": "nearest", "coordinates": "asymmetric", "rounding": "floor"},
    {"scales": (1.0, 1.0, 2.0, 3.0), "mode": "nearest"},
    {"scales": (1.0, 1.0, 0.6, 0.6), "mode": "linear", "coordinates": "half_pixel_symmetric"},
    {"sizes": (2, 3, 9, 7), "mode": "linear", "coordinates": "half_pixel"},
    {"sizes": (2, 3, 9, 7), "mode": "linear", "coordinates": "align_corners"},
    {"sizes": (2, 3, 1, 3), "mode": "linear", "coordinates": "pytorch_half_pixel"},
    {"sizes": (2, 3, 9, 7), "mode": "cubic", "cubic_a": -0.5, "exclude_outside": 1},
    {"sizes": (2, 3, 2, 3), "mode": "cubic", "coordinates": "half_pixel"},
)


def cases() -> Iterator[Case]:
    yield from reductions()
    yield from extremes()
    yield from matrices()
    yield from moves()
    yield from norms()
    x = (2, 3, 4, 5)
    for i, attrs in enumerate(RESIZES):
        yield Case("resize", f"{i}-{attrs['mode']}", each(normal(*x)), attrs, reduction=16)


def reductions() -> Iterator[Case]:
    for shape, axes in REDUCTIONS:
        length = int(np.prod([shape[axis] for axis in axes or range(len(shape))]))
        for keepdims in (0, 1):
            attrs = {"axes": axes, "keepdims": keepdims}
            name = f"{text(shape)}-over-{text(axes)}-keep{keepdims}"
            for op in ("sum", "mean", "max", "min", "l1", "l2", "sum_square", "log_sum_exp"):
                x = each(distinct(*shape) if op in ("max", "min") else normal(*shape))
                yield Case(f"reduce_{op}", name, x, attrs, reduction=length)
            x = each(uniform(*shape, low=0.5, high=1.5))
            yield Case("reduce_prod", name, x, attrs, reduction=4 * length)
            yield Case("reduce_log_sum", name, x, attrs, reduction=length)


def extremes() -> Iterator[Case]:
    for op, shape in product(("argmax", "argmin"), ((2, 9, 4), (3, 11, 37))):
        for axis in (1, 2):
            for last in (0, 1):
                attrs = {"axis": axis, "keepdims": last, "select_last": last}
                name = f"{text(shape)}-{axis}-last{last}"
                yield Case(op, name, each(repeated(*shape)), attrs, (0,))
    for largest in (0, 1):
        attrs = {"k": 3, "axis": 1, "largest": largest, "sorted": 1}
        yield Case("top_k", f"equal{largest}", each(repeated(2, 9, 4)), attrs, (0,))
        yield Case("top_k", f"all{largest}", each(normal(3, 7)), {**attrs, "k": 7}, (0,))
    for op in ("softmax", "log_softmax"):
        for axis in (0, 2, 3):
            x = each(normal(3, 2, 9, 4))
            yield Case(op, f"axis{axis}", x, {"axis": axis}, (0,) if axis else (), reduction=9)


def matrices() -> Iterator[Case]:
    for a, b in (
        ((5, 9), (9, 17)),
        ((2, 1, 7), (7, 3)),
        ((2, 3, 4, 5), (2, 3, 5, 6)),
        ((3, 1, 4, 5), (2, 5, 6)),
        ((1, 64), (64, 10)),
    ):
        yield Case("matmul", f"{text(a)}-{text(b)}", each(normal(*a), normal(*b)), reduction=a[-1])


def moves() -> Iterator[Case]:
    x, shape = each(normal(2, 3, 4, 5)), (2, 3, 4, 5)
    for axis in range(5):
        yield Case("flatten", f"axis{axis}", x, {"axis": axis}, (0,) if axis == 1 else ())
    yield Case("squeeze", "pixels", each(normal(2, 3, 1, 1)), {"axes": (2, 3)}, (0,))
    yield Case("unsqueeze", "ends", each(normal(3, 4)), {"axes": (1, 3)}, (0,))
    yield Case("concat", "batch", each(normal(2, 3), normal(5, 3)), {"axis": 0})
    for start, stop, step in ((1, 9, 2), (-1, -9, -1), (3, 3, 1), (-3, -1, 1)):
        attrs = {"axis": 2, "start": start, "stop": stop, "step": step}
        yield Case("slice", f"{start}-{stop}-{step}", x, attrs, (0,))
    for indices in ([2, 0, -1], [[0, 1], [1, 1]], 1):
        chosen = exactly(indices, np.int64)
        yield Case("gather", str(indices), each(normal(*shape), chosen), {"axis": 1}, (0,))
    yield Case("gather", "int32", each(normal(5), exactly([4, -5], np.int32)), {"axis": 0})
    yield Case("expand", "rank", each(normal(3, 1)), {"shape": (2, 3, 4)})
    yield Case("expand", "ones", each(normal(2, 1, 4, 1)), {"shape": (1, 9, 1, 5)}, (0,))
    yield Case("tile", "2x3", each(normal(4, 5)), {"repeats": (2, 3)})
    yield Case("tile", "channels", x, {"repeats": (1, 3, 1, 2)}, (0,))
    for mode in MODES:
        attrs = {"pads": (0, 1, 2, 0, 0, 1, 1, 3), "mode": mode, "value": 1.5}
        yield Case("pad", mode, x, attrs, (0,))
    crop = {"pads": (0, 0, -1, 2, 0, 0, 0, -3), "mode": "constant", "value": 0.0}
    yield Case("pad", "crop", x, crop, (0,))
    for mode in ("DCR", "CRD"):
        attrs = {"block_size": 2, "mode": mode}
        yield Case("depth_to_space", mode, each(normal(2, 12, 3, 5)), attrs, (0,))
    yield Case("space_to_depth", "2", each(normal(2, 3, 4, 6)), {"block_size": 2}, (0,))
    yield Case("shape_of", "all", x)
    yield Case("shape_of", "part", x, {"start": 1, "stop": -1})
    yield Case("fill", "7x3", each(), {"shape": (7, 3), "value": 2.5, "dtype": "float32"})
    yield Case("fill", "int64", each(), {"shape": (2,), "value": -3, "dtype": "int64"})
    for ends in ((0, 7, 2), (5, -4, -3), (3, 3, 1)):
        numbers = each(*(exactly(end, np.int64) for end in ends))
        yield Case("range", "-to-".join(map(str, ends)), numbers)
    whole = integers(2, 3, low=-9, high=9)
    yield Case("transpose", "int64", each(whole), {"perm": (1, 0)})


def norms() -> Iterator[Case]:
    for shape in ((2, 9, 4, 5), (1, 16, 3, 3), (2, 3, 7)):
        channels = shape[1]
        x = each(normal(*shape), uniform(channels, low=0.5, high=2), normal(channels))
        yield Case("instance_norm", text(shape), x, {"epsilon": 1e-3}, (0,), reduction=64)
        for size in (1, 4, 5):
            attrs = {"size": size, "alpha": 0.3, "beta": 0.75, "bias": 1.5}
            name = f"{text(shape)}-{size}"
            yield Case("local_response_norm", name, each(normal(*shape)), attrs, (0,), size)
