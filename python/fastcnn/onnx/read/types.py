"""Element types and shapes of ONNX, and what they become."""

from __future__ import annotations

from typing import Any

from fastcnn.errors import FileFormatError, UnsupportedError
from fastcnn.graph import Type
from fastcnn.onnx.optional import require_onnx
from fastcnn.typing import DType, Shape

MAX_RANK = 8
MAX_EXTENT = 2**31 - 1
MAX_ELEMENTS = 2**31 - 1
"""Elements of one tensor: what an absurd shape is told from a large one by."""

DTYPES: dict[int, DType] = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "int32",
    5: "int32",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float32",
    11: "float32",
    12: "int64",
    16: "float32",
}
"""By number of TensorProto.DataType. float16, bfloat16 and float64 become float32; uint16 and
int16 become int32; uint32 becomes int64."""

_NAMES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    8: "string",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
    14: "complex64",
    15: "complex128",
    16: "bfloat16",
}


def dtype_of(number: int, what: str) -> DType:
    """What the element type of that number becomes.

    Raises:
        UnsupportedError: Nothing: text, complex numbers, quantised types.
    """
    dtype = DTYPES.get(number)
    if dtype is None:
        raise UnsupportedError(
            f"{what} is of the element type {_NAMES.get(number, f'number {number}')}; read are "
            f"{', '.join(_NAMES[known] for known in DTYPES)}"
        )
    return dtype


def type_of(info: Any, what: str) -> Type | None:
    """The type that a ValueInfoProto declares; None where it tells no shape.

    An extent that is named, or missing, is open.

    Raises:
        FileFormatError: An extent or the rank is beyond the limits.
        UnsupportedError: It is no tensor, or of an element type that is not read.
    """
    if not info.type.HasField("tensor_type"):
        kind = info.type.WhichOneof("value") or "no type"
        raise UnsupportedError(f"{what} is no tensor: {kind}")
    tensor = info.type.tensor_type
    dtype = dtype_of(tensor.elem_type, what)
    if not tensor.HasField("shape"):
        return None
    return Type(_shape(tensor.shape.dim, what), dtype)


def type_proto(type_: Type) -> Any:
    """The TypeProto of one of our types."""
    onnx = require_onnx("onnx.load")
    name = "FLOAT" if type_.dtype == "float32" else type_.dtype.upper()
    number = onnx.TensorProto.DataType.Value(name)
    return onnx.helper.make_tensor_type_proto(number, type_.shape)


def check_extents(extents: Any, what: str) -> tuple[int, ...]:
    """The extents as integers, within the limits.

    Raises:
        FileFormatError: One is negative, or there are too many axes or elements.
    """
    if len(extents) > MAX_RANK:
        raise FileFormatError(f"{what} has {len(extents)} axes, at most {MAX_RANK} are read")
    size = 1
    for extent in extents:
        if not 0 <= extent <= MAX_EXTENT:
            raise FileFormatError(f"{what} has an extent of {extent}, the limit is {MAX_EXTENT}")
        size *= extent
    if size > MAX_ELEMENTS:
        raise FileFormatError(f"{what} has {size} elements, the limit is {MAX_ELEMENTS}")
    return tuple(int(extent) for extent in extents)


def _shape(dims: Any, what: str) -> Shape:
    known = [dim.dim_value if dim.HasField("dim_value") else None for dim in dims]
    check_extents([1 if extent is None else extent for extent in known], what)
    return tuple(known)
