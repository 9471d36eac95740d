"""Reductions over any axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, fix_axes
from fastcnn.ops.op import Op, add
from fastcnn.typing import Array

Axes: TypeAlias = "tuple[int | None, ...]"


@dataclass(frozen=True, eq=False)
class Reduction(Op):
    """A figure of all elements along some axes.

        y = function(x over axes)

    Args:
        axes: Counted from 0; none stands for all.
        keepdims: 1: the axes stay, with extent 1. 0: they go.

    Shape:
        x: any. y: x without the axes.
    NaN:
        A NaN reaches y.
    """

    late: ClassVar[tuple[str, ...]] = ("axes",)

    name: str
    function: Callable[..., Any]
    integers: bool = True
    """Whether x may be integers too."""

    def infer(self, x: Type, *, axes: Axes | None = (), keepdims: int = 0) -> Type:
        dtype = (checks.numeric if self.integers else checks.real)(self.name, x=x)
        keep = checks.flag(self.name, "keepdims", keepdims)
        if axes is None and keep:
            return Type((None,) * x.rank, dtype)
        axes = checks.length(self.name, "axes", axes)
        if None in axes:
            return Type((None,) * (x.rank if keep else x.rank - len(axes)), dtype)
        chosen = checks.axes(self.name, axes, x.rank) or tuple(range(x.rank))
        extents = [
            1 if axis in chosen else extent
            for axis, extent in enumerate(x.shape)
            if keep or axis not in chosen
        ]
        return Type(tuple(extents), dtype)

    def reference(self, x: Array, *, axes: tuple[int, ...] = (), keepdims: int = 0) -> Array:
        chosen = axes or tuple(range(x.ndim))
        return np.asarray(self.function(x, axis=chosen, keepdims=bool(keepdims)), x.dtype)

    def channels(self, node: Node) -> Sequence[Tie]:
        """The axes that are not reduced stay, the others are fixed."""
        if len(node.inputs) > 1:
            return super().channels(node)
        x, y = node.inputs[0], node.output
        axes = _chosen(node)
        stay = [axis for axis in range(x.type.rank) if axis not in axes]
        keeps = node.attrs.get("keepdims", 0)
        places = stay if keeps else range(len(stay))
        ties = [
            Tie.same(x, axis, y, place)
            for axis, place in zip(stay, places, strict=True)
            if x.shape[axis] is not None
        ]
        return [*ties, *fix_axes(x, axes), *(fix_axes(y, axes) if keeps else ())]


@dataclass(frozen=True, eq=False)
class Sum(Reduction):
    """The sum, whose gradient is repeated."""

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [_repeat(g, grad_y, node)]


@dataclass(frozen=True, eq=False)
class Mean(Reduction):
    """The mean, whose gradient is shared out."""

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        x = node.inputs[0]
        axes = _chosen(node)
        if len(axes) == x.type.rank and not node.attrs.get("keepdims", 0):
            return [g.apply("reduce_mean_backward", grad_y, x)]
        count = math.prod(checks.known(self.name, x.shape[axis], f"axis {axis}") for axis in axes)
        return [_repeat(g, g.apply("scale", grad_y, factor=1 / count), node)]


@dataclass(frozen=True, eq=False)
class Extreme(Reduction):
    """The largest or smallest, whose gradient is shared among the elements that are equal to it."""

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        x, axes = node.inputs[0], _chosen(node)
        is_extreme = g.apply("equal", x, _repeat(g, node.output, node))
        share = g.apply("cast", is_extreme, dtype="float32")
        count = g.apply("reduce_sum", share, axes=axes, keepdims=node.attrs.get("keepdims", 0))
        part = _repeat(g, g.apply("divide", grad_y, count), node)
        return [g.apply("multiply", share, part)]


def _repeat(g: Builder, y: Value, node: Node) -> Value:
    """A value of the output's shape, along the axes that were reduced."""
    x = node.inputs[0]
    if not node.attrs.get("keepdims", 0):
        y = g.apply("unsqueeze", y, axes=_chosen(node))
    return g.apply("expand", y, g.apply("shape_of", x))


def _chosen(node: Node) -> tuple[int, ...]:
    if len(node.inputs) > 1:
        raise UnsupportedError(f"{node.op}: the gradient needs axes as an attribute")
    return (node.integers("axes") if "axes" in node.attrs else ()) or tuple(
        range(node.inputs[0].type.rank)
    )


def _mean(x: Array, **over: Any) -> Any:
    """The mean of no elements is NaN."""
    count = math.prod(x.shape[axis] for axis in over["axis"])
    total = x.sum(**over)
    if np.issubdtype(x.dtype, np.integer):
        return np.trunc(total / count) if count else total
    with np.errstate(invalid="ignore"):
        return np.divide(total, x.dtype.type(count))


def _max(x: Array, **over: Any) -> Any:
    return np.max(x, initial=_least(x.dtype), **over)


def _min(x: Array, **over: Any) -> Any:
    return np.min(x, initial=_greatest(x.dtype), **over)


def _least(dtype: np.dtype[Any]) -> float | int:
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


def _greatest(dtype: np.dtype[Any]) -> float | int:
    return np.inf if dtype.kind == "f" else int(np.iinfo(dtype).max)


def _l2(x: Array, **over: Any) -> Any:
    return np.sqrt(np.sum(x * x, **over))


def _log_sum_exp(x: Array, **over: Any) -> Any:
    """The largest is subtracted first, unless it is infinite."""
    largest = x.max(axis=over["axis"], keepdims=True, initial=-np.inf)
    largest = np.where(np.isfinite(largest), largest, 0)
    total = np.log(np.exp(x - largest).sum(axis=over["axis"], keepdims=True)) + largest
    return total if over["keepdims"] else total.squeeze(over["axis"])


for _op in (
    Sum("reduce_sum", np.sum),
    Mean("reduce_mean", _mean),
    Extreme("reduce_max", _max),
    Extreme("reduce_min", _min),
    Reduction("reduce_prod", np.prod),
    Reduction("reduce_l1", lambda x, **over: np.abs(x).sum(**over)),
    Reduction("reduce_l2", _l2),
    Reduction("reduce_sum_square", lambda x, **over: (x * x).sum(**over)),
    Reduction("reduce_log_sum", lambda x, **over: np.log(x.sum(**over)), integers=False),
    Reduction("reduce_log_sum_exp", _log_sum_exp, integers=False),
):
    add(_op)
