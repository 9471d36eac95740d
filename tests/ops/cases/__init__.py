"""What each operation is tested on: tile edges, odd windows, empty margins, NaN and infinity.

for case in cases("conv2d"):
    arrays = case.inputs(rng)
    y = get(case.op).reference(*arrays, **case.attrs)
"""

from __future__ import annotations

from tests.ops.cases import (
    convolution,
    dense,
    elementwise,
    functions,
    losses,
    normalisation,
    outside,
    pooling,
    shape,
    tensors,
    updates,
)
from tests.ops.cases.case import Case as Case

_TABLES = (
    *(convolution, dense, pooling, elementwise, normalisation, shape, losses, updates),
    *(functions, tensors, outside),
)
_ALL: dict[str, list[Case]] = {}
for _table in _TABLES:
    for _case in _table.cases():
        _ALL.setdefault(_case.op, []).append(_case)


def cases(op: str) -> list[Case]:
    """Every case of one operation."""
    return _ALL.get(op, [])


def all_cases() -> list[Case]:
    """Every case of every operation."""
    return [case for of_op in _ALL.values() for case in of_op]
