"""Softmax and its logarithm."""

from __future__ import annotations

from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import converts


@converts("Softmax", since=13)
@converts("LogSoftmax", since=13)
def softmax(c: Call) -> Value:
    return c.g.apply(_op(c), c.x, axis=c.axis("axis", -1, c.x.type.rank))


@converts("Softmax")
@converts("LogSoftmax")
def softmax_of_rows(c: Call) -> Value:
    """Before opset 13: over all axes from `axis` on, as one."""
    g, x = c.g, c.x
    axis = c.axis("axis", 1, x.type.rank)
    if all(extent == 1 for extent in x.shape[axis + 1 :]):
        return g.apply(_op(c), x, axis=axis)
    y = g.apply(_op(c), g.apply("flatten", x, axis=axis), axis=1)
    if x.shape.count(None) <= 1:
        return g.apply("reshape", y, shape=tuple(-1 if n is None else n for n in x.shape))
    return g.apply("reshape", y, g.apply("shape_of", x, start=0, stop=x.type.rank))


def _op(c: Call) -> str:
    return "softmax" if c.operator == "Softmax" else "log_softmax"
