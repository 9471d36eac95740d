"""A part of a tensor along one axis, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, tie_all_axes
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array

MAX = 2**63
"""ONNX writes "to the very end" as the largest or smallest 64-bit integer."""


@register
class Slice(Op):
    """A part of a tensor along one axis, as Python slices it.

        y[..., i, ...] = x[..., start + i step, ...]

    Args:
        axis: Counted from 0.
        start, stop: A negative one counts from the end; what is too far is clipped.
        step: Not 0.

    Shape:
        x: any. y: as x but for the length of start:stop:step along `axis`.
    """

    name = "slice"
    late = ("start", "stop")
    late_scalars = ("start", "stop")

    def infer(
        self, x: Type, *, axis: int, start: int | None, stop: int | None, step: int = 1
    ) -> Type:
        checks.axis(self.name, axis, x)
        checks.integer(self.name, "step", step, -MAX)
        if step == 0:
            raise InvalidValueError("slice: step must not be 0")
        extent = x.shape[axis]
        length = None
        if start is not None and stop is not None and extent is not None:
            checks.integer(self.name, "start", start, -MAX)
            checks.integer(self.name, "stop", stop, -MAX)
            length = len(range(extent)[start:stop:step])
        return Type((*x.shape[:axis], length, *x.shape[axis + 1 :]), x.dtype)

    def reference(self, x: Array, *, axis: int, start: int, stop: int, step: int = 1) -> Array:
        return x[_along(axis, start, stop, step)]

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        axis, chosen = _chosen(node)
        if not chosen:
            return [None]
        if chosen.step != 1:
            raise UnsupportedError(f"slice: only step 1 has a gradient (node '{node.name}')")
        size = checks.known(self.name, node.inputs[0].shape[axis], f"axis {axis} of x")
        return [g.apply("slice_backward", grad_y, axis=axis, start=chosen.start, size=size)]

    def channels(self, node: Node) -> Sequence[Tie]:
        x, y = node.inputs[0], node.output
        if y.shape[node.integer("axis")] is None:
            return super().channels(node)
        axis, chosen = _chosen(node)
        part = Tie.pairs(x, axis, np.array(chosen, np.int64), y, axis, np.arange(len(chosen)))
        return [*tie_all_axes(x, y, but=axis), part]


@register
class SliceBackward(Op):
    """Gradient of `slice`: grad_y at its place, zeros elsewhere.

        grad_x[..., start + i, ...] = grad_y[..., i, ...]

    Args:
        axis, start: As in `slice`.
        size: Extent of x along `axis`.

    Shape:
        grad_y: any. grad_x: as grad_y but for `size` along `axis`.
    """

    name = "slice_backward"

    def infer(self, grad_y: Type, *, axis: int, start: int, size: int) -> Type:
        checks.floats(self.name, grad_y=grad_y)
        checks.axis(self.name, axis, grad_y)
        checks.integer(self.name, "size", size, 1)
        extent = checks.known(self.name, grad_y.shape[axis], f"axis {axis} of grad_y")
        checks.integer(self.name, "start", start, 0)
        _check_range(self.name, start, start + extent, size)
        return Type((*grad_y.shape[:axis], size, *grad_y.shape[axis + 1 :]))

    def reference(self, grad_y: Array, *, axis: int, start: int, size: int) -> Array:
        shape = (*grad_y.shape[:axis], size, *grad_y.shape[axis + 1 :])
        grad_x = np.zeros(shape, grad_y.dtype)
        grad_x[_along(axis, start, start + grad_y.shape[axis])] = grad_y
        return grad_x


def _check_range(op: str, start: int, stop: int, extent: int) -> None:
    checks.integer(op, "start", start, 0)
    checks.integer(op, "stop", stop, 0)
    if not start < stop <= extent:
        raise InvalidValueError(
            f"{op}: the range must not be empty and lie in [0, {extent}), it is [{start}, {stop})"
        )


def _along(axis: int, start: int, stop: int, step: int = 1) -> tuple[slice, ...]:
    return (*(slice(None) for _ in range(axis)), slice(start, stop, step))


def _chosen(node: Node) -> tuple[int, range]:
    """The axis, and the indices of x that y holds."""
    axis, step = node.integer("axis"), node.attrs.get("step", 1)
    assert isinstance(step, int)
    extent = checks.known("slice", node.inputs[0].shape[axis], f"axis {axis} of x")
    return axis, range(extent)[slice(node.integer("start"), node.integer("stop"), step)]
