"""Channel rules: which indices of which axes must be removed together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fastcnn.graph import Value

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Tie:
    """Index `a_index[k]` of axis `a_axis` of `a` stands and falls with its partner in `b`.

    A tie without a partner fixes the whole axis: none of its indices may be removed. Axes of
    unknown extent (the batch) are never pruned and have no ties.
    """

    a: Value
    a_axis: int
    b: Value | None
    b_axis: int
    a_index: Indices
    b_index: Indices

    @staticmethod
    def fixed(value: Value, axis: int) -> Tie:
        """No index of this axis may be removed."""
        nothing = np.empty(0, np.int64)
        return Tie(value, axis, None, 0, nothing, nothing)

    @staticmethod
    def same(a: Value, a_axis: int, b: Value, b_axis: int) -> Tie:
        """Index i of one is index i of the other."""
        extent = a.shape[a_axis]
        assert extent is not None, (a, a_axis)
        assert extent == b.shape[b_axis], (a, a_axis, b, b_axis)
        index = np.arange(extent)
        return Tie(a, a_axis, b, b_axis, index, index)

    @staticmethod
    def pairs(
        a: Value, a_axis: int, a_index: Indices, b: Value, b_axis: int, b_index: Indices
    ) -> Tie:
        """Index a_index[k] of one is index b_index[k] of the other."""
        return Tie(a, a_axis, b, b_axis, a_index, b_index)


def fix_axes(value: Value, axes: Iterable[int] | None = None) -> list[Tie]:
    """Fixes the given axes, or all, where their extents are known."""
    chosen = range(len(value.shape)) if axes is None else axes
    return [Tie.fixed(value, axis) for axis in chosen if value.shape[axis] is not None]


def tie_all_axes(a: Value, *others: Value, but: int | None = None) -> list[Tie]:
    """Element by element: every known axis of `a`, but for one, is that of the others."""
    return [
        Tie.same(a, axis, b, axis)
        for b in others
        for axis, extent in enumerate(a.shape)
        if axis != but and extent is not None and b.shape[axis] is not None
    ]
