"""Arrays from TensorProto."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from fastcnn.errors import FileFormatError, UnsupportedError
from fastcnn.onnx.read.external import read_external
from fastcnn.onnx.read.types import check_extents, dtype_of
from fastcnn.typing import Array

_EXTERNAL = 1

_STORED: dict[int, tuple[str, str]] = {
    1: ("<f4", "float_data"),
    2: ("u1", "int32_data"),
    3: ("i1", "int32_data"),
    4: ("<u2", "int32_data"),
    5: ("<i2", "int32_data"),
    6: ("<i4", "int32_data"),
    7: ("<i8", "int64_data"),
    9: ("?", "int32_data"),
    10: ("<f2", "int32_data"),
    11: ("<f8", "double_data"),
    12: ("<u4", "uint64_data"),
    16: ("<u2", "int32_data"),
}
"""By number of TensorProto.DataType: how raw bytes are to be read, and the field that holds the
elements where there are none."""

_BITS = {10, 16}
"""Types whose elements are kept in an integer field as bit patterns."""

_BFLOAT16 = 16


def array_of(tensor: Any, folder: Path | None, raw: bytes | None = None) -> Array:
    """The numbers of a TensorProto, in the element type that FastCNN has for its own.

    Args:
        tensor: Checked here; the array keeps nothing of it.
        folder: Where files with external data lie.
        raw: Its raw data, if it has them elsewhere.

    Raises:
        FileFormatError: The shape is absurd, or there are more or fewer numbers than it tells.
        UnsupportedError: The element type is not read.
    """
    what = f"the tensor '{tensor.name}'"
    dtype = dtype_of(tensor.data_type, what)
    if tensor.HasField("segment"):
        raise UnsupportedError(f"{what} is one segment of a larger one; such files are not read")
    shape = check_extents(tensor.dims, what)
    stored, field = _STORED[tensor.data_type]
    size = math.prod(shape)
    if tensor.data_location == _EXTERNAL:
        entries = {entry.key: entry.value for entry in tensor.external_data}
        content = read_external(folder, entries, size * np.dtype(stored).itemsize, what)
        elements = _from_bytes(content, stored, size, what)
    elif tensor.HasField("raw_data"):
        elements = _from_bytes(tensor.raw_data if raw is None else raw, stored, size, what)
    else:
        elements = _from_field(tensor, field, stored, size, what)
    if tensor.data_type == _BFLOAT16:
        elements = (elements.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore"):  # a float64 beyond float32 becomes infinite
        return np.ascontiguousarray(elements, np.dtype(dtype)).reshape(shape)


def _from_bytes(content: bytes, stored: str, size: int, what: str) -> Array:
    expected = size * np.dtype(stored).itemsize
    if len(content) != expected:
        raise FileFormatError(
            f"{what} holds {len(content)} bytes, its shape and element type ask for {expected}"
        )
    if stored == "?":
        return np.asarray(np.frombuffer(content, np.uint8) != 0)
    return np.frombuffer(content, stored)


def _from_field(tensor: Any, field: str, stored: str, size: int, what: str) -> Array:
    values = getattr(tensor, field)
    if len(values) != size:
        raise FileFormatError(f"{what} holds {len(values)} numbers, its shape asks for {size}")
    wide = np.array(values)
    if tensor.data_type in _BITS:
        if size and not 0 <= wide.min() <= wide.max() <= 0xFFFF:
            raise FileFormatError(f"{what} holds bit patterns of more than 16 bits")
        return wide.astype("<u2").view(stored)
    narrow = wide.astype(stored)
    if narrow.dtype.kind in "iu" and not np.array_equal(narrow, wide):
        raise FileFormatError(f"{what} holds numbers that its element type cannot")
    return narrow
