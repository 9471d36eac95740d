"""Functions of one number and of two, broadcast: lengths around the vector widths, extremes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.ops.cases.case import Case, Maker, each, text
from tests.ops.cases.makers import exactly, integers, normal, truths, uniform

SHAPES = ((7,), (5, 17), (2, 9, 4, 5), (1, 16, 3, 3))
EXTREMES = [np.nan, np.inf, -np.inf, 0.0, -0.0, 0.5, 1.5, -2.5, 88.0, -88.0, 1e30, -1e30]
POSITIVE = {"log", "sqrt", "reciprocal"}
ONE: tuple[tuple[str, dict[str, Any]], ...] = (
    *(
        (op, {})
        for op in (
            *("abs", "negative", "sign", "floor", "ceil", "round", "reciprocal", "exp", "log"),
            *("sqrt", "erf", "sin", "cos", "softplus", "softsign", "mish", "hard_swish"),
        )
    ),
    ("elu", {"alpha": 0.7}),
    ("selu", {"alpha": 1.67, "gamma": 1.05}),
    ("gelu", {"approximate": "none"}),
    ("gelu", {"approximate": "tanh"}),
    ("swish", {"beta": 1.5}),
    ("hard_sigmoid", {"alpha": 0.2, "beta": 0.5}),
)
PAIRS = (
    ((5, 17), (5, 17)),
    ((5, 17), (17,)),
    ((17,), (5, 17)),
    ((2, 9, 4, 5), (9, 1, 1)),
    ((2, 9, 1, 1), (2, 9, 4, 5)),
    ((2, 16, 3, 4), (1, 1, 3, 4)),
    ((2, 1, 4), (3, 1)),
    ((2, 8, 3, 3), ()),
    ((), ()),
)
COMPARISONS = ("equal", "greater", "greater_or_equal", "less", "less_or_equal")


def cases() -> Iterator[Case]:
    for op, attrs in ONE:
        name = "-".join(map(str, attrs.values()))
        for shape in SHAPES:
            x = uniform(*shape, low=0.1, high=9) if op in POSITIVE else normal(*shape, deviation=2)
            yield Case(op, f"{text(shape)}{name}", each(x), attrs, batched=(0,), reduction=16)
        if op not in {"sin", "cos"}:  # large arguments lose their phase in float32
            x = exactly(EXTREMES)
            yield Case(op, f"extremes{name}", each(x), attrs, batched=(0,), finite=False)
    for a, b in PAIRS:
        yield from two(a, b)
    yield Case("logical_not", "7", each(truths(7)), batched=(0,))
    yield Case("prelu", "5x17", each(normal(5, 17), normal(17)), batched=(0,))
    yield Case("prelu", "2x9x4x5", each(normal(2, 9, 4, 5), normal(9, 1, 1)), batched=(0,))
    yield Case("cast", "to-int32", each(normal(5, 7, deviation=99)), {"dtype": "int32"}, (0,))
    yield Case("cast", "to-int64", each(normal(5, 7, deviation=99)), {"dtype": "int64"}, (0,))
    yield Case("cast", "to-bool", each(exactly([0, 0.5, -1])), {"dtype": "bool"}, (0,))
    bytes_ = integers(5, 7, low=0, high=256, dtype=np.uint8)
    yield Case("cast", "bytes-to-int32", each(bytes_), {"dtype": "int32"}, (0,))


def two(a: tuple[int, ...], b: tuple[int, ...]) -> Iterator[Case]:
    name = f"{text(a)}-{text(b)}"
    batched = tuple(i for i, shape in enumerate((a, b)) if a and b and shape[0] == max(a[0], b[0]))
    batched = batched if len(a) == len(b) or len(batched) == 1 else ()
    x: Maker = normal(*a, deviation=2)
    y: Maker = uniform(*b, low=0.5, high=4)
    for op in ("add", "subtract", "multiply", "divide", "minimum", "maximum"):
        yield Case(op, f"broadcast-{name}", each(x, y))
    yield Case("power", f"broadcast-{name}", each(uniform(*a, low=0.1, high=3), y), reduction=16)
    few, more = (integers(*shape, low=-2, high=3, dtype=np.float32) for shape in (a, b))
    for op in COMPARISONS:
        yield Case(op, name, each(few, more))
    for op in ("logical_and", "logical_or", "logical_xor"):
        yield Case(op, name, each(truths(*a), truths(*b)))
    yield Case("where", name, each(truths(*a), normal(*b), normal(*a)))
