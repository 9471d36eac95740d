"""Element types: casts, and what comes of mixed ones."""

from __future__ import annotations

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import converts
from fastcnn.onnx.read.types import dtype_of
from fastcnn.typing import DType


@converts("Cast")
def cast(c: Call) -> Value:
    return cast_to(c, c.x, dtype_of(c.integer("to"), "what Cast makes"))


@converts("CastLike", since=15)
def cast_like_second(c: Call) -> Value:
    return cast_like(c, c.x, c.input(1))


def cast_like(c: Call, value: Value, other: Value) -> Value:
    """`value` in the element type of `other`."""
    return cast_to(c, value, other.type.dtype)


def cast_to(c: Call, value: Value, dtype: DType) -> Value:
    """`value` in an element type; itself where it has it."""
    return value if value.type.dtype == dtype else c.g.apply("cast", value, dtype=dtype)


def as_int64(c: Call, value: Value) -> Value:
    """Indices as ONNX gives them."""
    return cast_to(c, value, "int64")


def require_floats(c: Call, *values: Value) -> None:
    """Refuses what is computed in integers."""
    for value in values:
        if value.type.dtype != "float32":
            raise UnsupportedError(f"{c.operator}: {value.type} is no float32")
