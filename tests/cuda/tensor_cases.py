"""Cases of operations on tensors of any rank and type, for both executors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.ops.cases import Case, cases
from tests.ops.cases.case import each
from tests.ops.cases.functions import COMPARISONS
from tests.ops.cases.makers import exactly, integers, normal, truths, uniform

TENSOR_CASES = [
    *(cases("resize")[i] for i in (0, 3, 6)),
    *(cases("matmul")[i] for i in (0, 3)),
    *(cases("pad")[i] for i in (0, 2)),
    *(cases("gather")[i] for i in (0, 3)),
    *(cases("instance_norm")[i] for i in (0, 2)),
    *(cases("local_response_norm")[i] for i in (1, 7)),
    *(cases(f"reduce_{kind}")[2] for kind in ("sum", "max", "prod", "l2", "log_sum_exp")),
    *(cases(f"reduce_{kind}")[4] for kind in ("mean", "min")),
    *(case for op in ("softmax", "log_softmax") for case in cases(op) if case.id == "axis2"),
    cases("log_softmax")[0],
    cases("log_softmax_backward")[0],
    cases("logical_not")[0],
]

TYPES = ("float32", "float64", "int32", "int64", "int8", "uint8", "bool")
MOVED = ("int8", "float16", "float32", "int64")  # elements of each size


def whole_numbers(*shape: int, dtype: str = "int64"):
    """Small ones, negative where the type has such."""
    signed = np.dtype(dtype).kind in "fi"
    return integers(*shape, low=-3 if signed else 0, high=2 if dtype == "bool" else 4, dtype=dtype)


def of_other_types() -> Iterator[Case]:
    """What the cases of `tests/ops` run in float32 or int32 alone."""
    for dtype in TYPES:
        a, b = whole_numbers(3, 7, dtype=dtype), whole_numbers(3, 7, dtype=dtype)
        for op in COMPARISONS:
            yield Case(op, dtype, each(a, b))
        for to in ("float32", "float64", "int32", "int64", "bool"):
            if to != dtype:
                yield Case("cast", f"{dtype}-to-{to}", each(a), {"dtype": to})
    for dtype in MOVED:
        x = whole_numbers(2, 3, 4, 5, dtype=dtype)
        yield Case("concat", dtype, each(x, x), {"axis": 1})
        yield Case("slice", dtype, each(x), {"axis": 2, "start": 1, "stop": 3, "step": 1})
        yield Case("expand", dtype, each(whole_numbers(3, 1, dtype=dtype)), {"shape": (2, 3, 4)})
        yield Case("transpose", dtype, each(x), {"perm": (3, 2, 1, 0)})
        yield Case("transpose", f"{dtype}-image", each(x), {"perm": (0, 3, 1, 2)})
        yield Case("gather", dtype, each(x, exactly([2, 0, -1], np.int64)), {"axis": 1})
        yield Case("where", dtype, each(truths(2, 3, 4, 5), x, x))


def past_the_ends() -> Iterator[Case]:
    """What has no place in an integer, and what has one."""
    ends = [np.nan, np.inf, -np.inf, 3e9, -3e9, 1e19, -1e19, 2.75, -2.75]
    for dtype in ("float32", "float64"):
        for to in ("int32", "int64"):
            x = each(exactly(ends, np.dtype(dtype).type))
            yield Case("cast", f"ends-of-{dtype}-to-{to}", x, {"dtype": to}, finite=False)


def long_reductions() -> Iterator[Case]:
    """Rows that a whole block takes, and columns of many."""
    for kind in ("sum", "mean", "max", "min", "l1", "l2", "sum_square", "log_sum_exp"):
        for shape, axis in (((2, 1500), 1), ((900, 3), 0)):
            attrs = {"axes": (axis,), "keepdims": 0}
            name = f"{shape[0]}x{shape[1]}-over-{axis}"
            yield Case(f"reduce_{kind}", name, each(normal(*shape)), attrs, reduction=1500)
    near_one = each(uniform(2, 1500, low=0.99, high=1.01))
    for kind in ("prod", "log_sum"):
        yield Case(
            f"reduce_{kind}", "2x1500-over-1", near_one, {"axes": (1,), "keepdims": 0}, (), 1500
        )
