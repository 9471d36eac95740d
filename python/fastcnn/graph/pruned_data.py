"""Arrays of which most elements are zero, as a bitmap and the others."""

from __future__ import annotations

import math

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.typing import Array


def pack(data: Array) -> tuple[Array, Array] | None:
    """Bitmap (uint8, a set bit where an element is not zero) and the elements that are not.

    Bit 7 of the first byte is the first element in row-major order. A negative zero counts as an
    element that is not zero, so nothing is lost.

    Returns:
        None where the array as it is takes no more room.
    """
    words = np.ascontiguousarray(data).reshape(-1).view(np.uint32)
    kept = words != 0
    if 4 * np.count_nonzero(kept) + math.ceil(words.size / 8) >= 4 * words.size:
        return None
    return np.packbits(kept), data.reshape(-1)[kept]


def unpack(
    name: str, bitmap: Array, values: Array, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Array:
    """The array that `pack` took apart.

    Raises:
        FileFormatError: The parts do not fit each other or the shape.
    """
    size = math.prod(shape)
    if bitmap.dtype != np.uint8 or bitmap.shape != (math.ceil(size / 8),):
        raise FileFormatError(
            f"'{name}': the bitmap of {size} elements must be {math.ceil(size / 8)} bytes, "
            f"it is {bitmap.dtype}{list(bitmap.shape)}"
        )
    kept = np.unpackbits(bitmap)
    count = int(np.count_nonzero(kept))
    if kept[size:].any() or values.dtype != dtype or values.shape != (count,):
        raise FileFormatError(
            f"'{name}': the bitmap marks {count} of {size} elements, "
            f"the values are {values.dtype}{list(values.shape)}"
        )
    data = np.zeros(size, dtype)
    data[kept[:size].view(bool)] = values
    return data.reshape(shape)
