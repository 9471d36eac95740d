"""Shapes as numbers, and tensors made from them."""

from __future__ import annotations

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.emitter import LARGEST_VALUE
from fastcnn.onnx.converters.registry import converts
from fastcnn.onnx.converters.shape import filled
from fastcnn.typing import Array


@converts("Constant")
def constant(c: Call) -> Value:
    """Of every form: a tensor, a number, or a vector of numbers."""
    forms = [name for name in c.attrs if name.startswith(("value", "sparse_value"))]
    if len(forms) != 1:
        raise FileFormatError(f"Constant: has {len(forms)} values: {forms}")
    value = c.attrs[forms[0]]
    if forms[0] == "value" and isinstance(value, np.ndarray):
        return c.g.constant(value, c.g.label)
    if forms[0] in ("value_float", "value_floats"):
        return c.g.constant(np.array(value, np.float32), c.g.label)
    if forms[0] in ("value_int", "value_ints"):
        return c.g.constant(np.array(value, np.int64), c.g.label)
    raise c.refuse(f"a value of the form '{forms[0]}' is not read")


@converts("Shape")
def shape(c: Call) -> Value:
    rank = c.x.type.rank
    start, stop, _ = slice(c.integer("start", 0), c.integer("end", rank)).indices(rank)
    return c.g.apply("shape_of", c.x, start=start, stop=max(start, stop))


@converts("Size")
def size(c: Call) -> Value:
    extents = c.g.apply("shape_of", c.x, start=0, stop=c.x.type.rank)
    return c.g.apply("reduce_prod", extents, axes=(0,), keepdims=0)


@converts("ConstantOfShape", since=9)
def constant_of_shape(c: Call) -> Value:
    number: Array = c.attrs.get("value", np.zeros(1, np.float32))
    if not isinstance(number, np.ndarray) or number.size != 1:
        raise FileFormatError("ConstantOfShape: the value must be a tensor of one element")
    return filled(c, c.x, number.reshape(()))


@converts("Range", since=11)
def range_of_numbers(c: Call) -> Value:
    start, limit, delta = (c.input(i) for i in range(3))
    if start.data is None or limit.data is None or delta.data is None:
        return c.g.apply("range", start, limit, delta)
    first, last, step = (
        float(data.reshape(()).item()) for data in (start.data, limit.data, delta.data)
    )
    if step == 0 or not (last - first) / step <= LARGEST_VALUE:
        raise FileFormatError(f"Range: from {first} to {last} by {step}")
    count = max(int(np.ceil((last - first) / step)), 0)
    numbers = start.data.reshape(()) + np.arange(count) * delta.data.reshape(())
    return c.g.constant(numbers.astype(start.data.dtype))
