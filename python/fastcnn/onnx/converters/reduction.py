"""Reductions."""

from __future__ import annotations

from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import Converter, converts
from fastcnn.onnx.converters.types import as_int64, cast_to

_REDUCTIONS = {
    "ReduceL1": "reduce_l1",
    "ReduceL2": "reduce_l2",
    "ReduceLogSum": "reduce_log_sum",
    "ReduceLogSumExp": "reduce_log_sum_exp",
    "ReduceMax": "reduce_max",
    "ReduceMean": "reduce_mean",
    "ReduceMin": "reduce_min",
    "ReduceProd": "reduce_prod",
    "ReduceSum": "reduce_sum",
    "ReduceSumSquare": "reduce_sum_square",
}

_WITHOUT_AXES = {
    "ReduceL1": "abs",
    "ReduceL2": "abs",
    "ReduceLogSum": "log",
}
"""What a reduction over no axis makes of each element, where it changes it."""


def _by_attribute(op: str) -> Converter:
    def convert(c: Call) -> Value:
        return _reduce(c, op, c.integers("axes", ()))

    return convert


def _by_input(op: str) -> Converter:
    """Axes as an input, from opset 13 (ReduceSum) or 18 on."""

    def convert(c: Call) -> Value:
        given = c.optional(1)
        if given is not None and given.data is None and given.shape != (0,):
            return c.g.apply(op, c.x, given, keepdims=c.integer("keepdims", 1))
        axes = () if given is None or given.data is None else c.constant_ints(1, "axes")
        if not axes and c.integer("noop_with_empty_axes", 0):
            return _of_each(c)
        return _reduce(c, op, axes)

    return convert


def _reduce(c: Call, op: str, axes: tuple[int, ...]) -> Value:
    axes = tuple(sorted({c.from_front(axis, c.x.type.rank) for axis in axes}))
    keepdims = c.integer("keepdims", 1)
    if c.x.type.dtype == "bool":
        counted = c.g.apply(op, cast_to(c, c.x, "uint8"), axes=axes, keepdims=keepdims)
        return cast_to(c, counted, "bool")
    return c.g.apply(op, c.x, axes=axes, keepdims=keepdims)


def _of_each(c: Call) -> Value:
    if c.operator == "ReduceSumSquare":
        return c.g.apply("multiply", c.x, c.x)
    op = _WITHOUT_AXES.get(c.operator)
    return c.g.apply(op, c.x) if op else c.x


for _operator, _op in _REDUCTIONS.items():
    converts(_operator)(_by_attribute(_op))
    converts(_operator, since=13 if _operator == "ReduceSum" else 18)(_by_input(_op))


@converts("ArgMax")
@converts("ArgMin")
def arg_extreme(c: Call) -> Value:
    y = c.g.apply(
        c.operator.lower(),
        c.x,
        axis=c.axis("axis", 0, c.x.type.rank),
        keepdims=c.integer("keepdims", 1),
        select_last=c.integer("select_last_index", 0),
    )
    return as_int64(c, y)


@converts("TopK")
def top_k_by_attribute(c: Call) -> tuple[Value, ...]:
    return _top_k(c, c.integer("k"))


@converts("TopK", since=10)
def top_k_by_input(c: Call) -> tuple[Value, ...]:
    k = c.input(1)
    if k.data is None:
        return _top_k(c, k)
    return _top_k(c, c.constant_ints(1, "k")[0])


def _top_k(c: Call, k: int | Value) -> tuple[Value, ...]:
    late, attrs = ((k,), {}) if isinstance(k, Value) else ((), {"k": k})
    values, indices = c.g.apply_all(
        "top_k",
        c.x,
        *late,
        axis=c.axis("axis", -1, c.x.type.rank),
        largest=c.integer("largest", 1),
        sorted=c.integer("sorted", 1),
        **attrs,
    )
    return values, as_int64(c, indices)
