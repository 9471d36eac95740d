"""The safetensors format: arrays by name, and texts by name.

Layout: the length of the header, 64 bits, little-endian; the header, JSON; the arrays, one after
the other. Equal content gives equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import safetensors
import safetensors.numpy

from fastcnn.errors import FileFormatError, InvalidValueError
from fastcnn.typing import Array

MAX_HEADER_BYTES = 64 << 20
"""Largest header read: names, shapes and texts, not the numbers."""

_LENGTH_BYTES = 8
_ALIGNMENT = 8
_METADATA = "__metadata__"
_DTYPES = {
    "float64": "F64",
    "float16": "F16",
    "float32": "F32",
    "int64": "I64",
    "int32": "I32",
    "uint8": "U8",
    "int8": "I8",
    "bool": "BOOL",
}


def to_bytes(arrays: Mapping[str, Array], texts: Mapping[str, str]) -> bytes:
    """A file with these arrays and texts.

    Raises:
        InvalidValueError: An array is of an element type that is not written.
    """
    header: dict[str, Any] = {_METADATA: dict(texts)}
    parts: list[bytes] = []
    end = 0
    for name in sorted(arrays, key=lambda name: (-arrays[name].itemsize, name)):
        array = arrays[name]
        if array.dtype.name not in _DTYPES:
            raise InvalidValueError(
                f"save: '{name}' is of type {array.dtype}; written are {', '.join(_DTYPES)}"
            )
        part = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        start, end = end, end + len(part)
        header[name] = {
            "dtype": _DTYPES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [start, end],
        }
        parts.append(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join([len(text).to_bytes(_LENGTH_BYTES, "little"), text, *parts])


def from_bytes(content: bytes) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays and texts of a file; the texts are not checked.

    Raises:
        FileFormatError: It is truncated or damaged, or of another format.
    """
    texts = _read_texts(content)
    try:
        return safetensors.numpy.load(content), texts
    except (safetensors.SafetensorError, ValueError, TypeError) as error:
        raise FileFormatError(f"the tensors are damaged: {error}") from error


def parse_json(what: str, text: str | bytes) -> Any:
    """JSON from a source that nobody vouches for."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # bad UTF-8 is a ValueError too
        raise FileFormatError(f"the field '{what}' is no JSON: {error}") from error


def _read_texts(content: bytes) -> dict[str, Any]:
    """The texts of the header, after a look at its length and at everything it declares."""
    if len(content) < _LENGTH_BYTES:
        raise FileFormatError(f"the file has {len(content)} bytes, too few for a header")
    length = int.from_bytes(content[:_LENGTH_BYTES], "little")
    if length > MAX_HEADER_BYTES:
        raise FileFormatError(
            f"the header is said to be {length} bytes, at most {MAX_HEADER_BYTES} are read"
        )
    if length > len(content) - _LENGTH_BYTES:
        raise FileFormatError(
            f"the header is said to be {length} bytes, the file holds "
            f"{len(content) - _LENGTH_BYTES} after its length: it is truncated or no model"
        )
    header = parse_json("header", content[_LENGTH_BYTES : _LENGTH_BYTES + length])
    texts = header.pop(_METADATA, {}) if isinstance(header, dict) else None
    if not isinstance(texts, dict):
        raise FileFormatError("the header is no object, or its texts are none")
    for entry in header.values():
        if not isinstance(entry, dict) or entry.get("dtype") not in _DTYPES.values():
            raise FileFormatError("the header declares a tensor of an element type not read here")
    return texts
