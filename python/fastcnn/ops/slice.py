"""A part of a tensor along one axis, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, tie_all_axes
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Slice(Op):
    """A part of a tensor along one axis.

        y[..., i, ...] = x[..., start + i, ...]

    Args:
        axis, start, stop: 0 <= start < stop <= extent of x along `axis`.

    Shape:
        x: any. y: as x but for stop - start along `axis`.
    """

    name = "slice"

    def infer(self, x: Type, *, axis: int, start: int, stop: int) -> Type:
        checks.floats(self.name, x=x)
        checks.axis(self.name, axis, x)
        extent = checks.known(self.name, x.shape[axis], f"axis {axis} of x")
        _check_range(self.name, start, stop, extent)
        return Type((*x.shape[:axis], stop - start, *x.shape[axis + 1 :]))

    def reference(self, x: Array, *, axis: int, start: int, stop: int) -> Array:
        return x[_along(axis, start, stop)]

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        axis, start, _ = _range(node)
        size = checks.known(self.name, node.inputs[0].shape[axis], f"axis {axis} of x")
        return [g.apply("slice_backward", grad_y, axis=axis, start=start, size=size)]

    def channels(self, node: Node) -> Sequence[Tie]:
        (x,), y = node.inputs, node.output
        axis, start, stop = _range(node)
        part = Tie.pairs(x, axis, np.arange(start, stop), y, axis, np.arange(stop - start))
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


def _along(axis: int, start: int, stop: int) -> tuple[slice, ...]:
    return (*(slice(None) for _ in range(axis)), slice(start, stop))


def _range(node: Node) -> tuple[int, int, int]:
    axis, start, stop = (node.attrs[name] for name in ("axis", "start", "stop"))
    assert isinstance(axis, int)
    assert isinstance(start, int)
    assert isinstance(stop, int)
    return axis, start, stop
