"""Tensors joined along one axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, tie_all_axes
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Concat(Op):
    """Tensors joined along one axis, in the order given.

    Args:
        axis: Counted from 0.

    Shape:
        x, ...: the same but for `axis`. y: the sum of the extents along `axis`.
    """

    name = "concat"

    def infer(self, *inputs: Type, axis: int) -> Type:
        if not inputs:
            raise InvalidValueError("concat: there must be one input or more, there is none")
        first = inputs[0]
        checks.axis(self.name, axis, first)
        shape = first.shape
        total: checks.Extent = 0
        for i, x in enumerate(inputs):
            checks.alike(self.name, **{"input 0": first, f"input {i}": x})
            extent = x.shape[axis] if axis < x.rank else None
            shape = checks.fit(
                self.name, x.shape, (*shape[:axis], None, *shape[axis + 1 :]), f"input {i}"
            )
            total = None if total is None or extent is None else total + extent
        return Type((*shape[:axis], total, *shape[axis + 1 :]), first.dtype)

    def reference(self, *inputs: Array, axis: int) -> Array:
        return np.concatenate(inputs, axis=axis)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [
            g.apply("slice", grad_y, axis=axis, start=start, stop=stop)
            for axis, start, stop in _parts(node)
        ]

    def channels(self, node: Node) -> Sequence[Tie]:
        y = node.output
        ties: list[Tie] = []
        for x, (axis, start, stop) in zip(node.inputs, _parts(node), strict=True):
            ties += tie_all_axes(x, y, but=axis)
            ties.append(
                Tie.pairs(x, axis, np.arange(stop - start), y, axis, np.arange(start, stop))
            )
        return ties


def _parts(node: Node) -> Iterator[tuple[int, int, int]]:
    """Axis, start and stop of each input within y."""
    axis, start = node.attrs["axis"], 0
    assert isinstance(axis, int)
    for x in node.inputs:
        stop = start + checks.known("concat", x.shape[axis], f"axis {axis}")
        yield axis, start, stop
        start = stop
