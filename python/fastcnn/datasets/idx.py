"""The IDX format, in which MNIST and its likes are published."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from typing import BinaryIO

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.typing import Array

MAX_BYTES = 1 << 31
"""Largest array read, in bytes."""

_UNSIGNED_BYTE = 0x08
_MAX_RANK = 4


def read(path: str | os.PathLike[str]) -> Array:
    """The uint8 array in an IDX file, packed by gzip or not.

    Nothing is unpacked beyond the size that the head of the file declares.

    Layout: two zero bytes, a type byte (8: unsigned byte), the number of axes; one big-endian
    32-bit extent for each axis; the elements in row-major order.

    Raises:
        FileFormatError: The file is no IDX file of bytes, or is truncated, or goes on too long.
        OSError: The file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if packed:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    return _parse(unpacked)
            return _parse(file)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileFormatError(f"'{os.fspath(path)}': damaged or truncated: {error}") from error
    except FileFormatError as error:
        raise FileFormatError(f"'{os.fspath(path)}': {error}") from error


def _parse(file: BinaryIO | gzip.GzipFile) -> Array:
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0":
        raise FileFormatError(f"no IDX file: it begins with {head!r}, not with two zero bytes")
    if head[2] != _UNSIGNED_BYTE or not 1 <= head[3] <= _MAX_RANK:
        raise FileFormatError(
            f"of type 0x{head[2]:02x} with {head[3]} axes; read are bytes (0x08) with 1 to "
            f"{_MAX_RANK} axes"
        )
    extents = file.read(4 * head[3])
    if len(extents) < 4 * head[3]:
        raise FileFormatError("truncated within the extents")
    shape = tuple(int(extent) for extent in np.frombuffer(extents, ">u4"))
    size = math.prod(shape)
    if size > MAX_BYTES:
        raise FileFormatError(f"declares {size} bytes ({shape}); at most {MAX_BYTES} are read")
    elements = file.read(size + 1)
    if len(elements) != size:
        found = "more" if len(elements) > size else str(len(elements))
        raise FileFormatError(f"declares {size} elements ({shape}), holds {found}")
    array: Array = np.frombuffer(elements, np.uint8).reshape(shape).copy()
    return array
