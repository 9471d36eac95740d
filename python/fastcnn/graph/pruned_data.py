"""Arrays of which most elements are zero: where the others stand, and the others.

Where they stand is told in one of two forms, whichever is smaller:

    bitmap   a bit an element, set where it is not zero; bit 7 of the first byte is the first
             element in row-major order. N / 8 bytes.
    gaps     a byte for each element that is not zero: how many zeros stand before it, after the
             one before. 255 stands for 255 zeros and no element. About a byte for each.
"""

from __future__ import annotations

import math

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.typing import Array

FORMS = ("bitmap", "gaps")

_LONG = 255
_MOST_PER_BYTE = 128
"""Elements of an array for each byte of gaps: a small file cannot ask for a large array."""


def pack(data: Array) -> tuple[str, Array, Array] | None:
    """The form, the places in that form (uint8) and the elements that are not zero.

    A negative zero counts as an element that is not zero, so nothing is lost.

    Returns:
        None where the array as it is takes no more room.
    """
    words = np.ascontiguousarray(data).reshape(-1).view(np.uint32)
    kept = words != 0
    form, places = "bitmap", np.packbits(kept)
    gaps = _gaps(kept)
    if gaps.size < places.size and words.size <= _MOST_PER_BYTE * gaps.size:
        form, places = "gaps", gaps
    if 4 * np.count_nonzero(kept) + places.size >= 4 * words.size:
        return None
    return form, places, data.reshape(-1)[kept]


def unpack(
    name: str,
    form: str,
    places: Array,
    values: Array,
    shape: tuple[int, ...],
    dtype: np.dtype[np.generic],
) -> Array:
    """The array that `pack` took apart.

    Raises:
        FileFormatError: The parts do not fit each other or the shape.
    """
    size = math.prod(shape)
    if places.dtype != np.uint8 or places.ndim != 1:
        raise FileFormatError(
            f"'{name}': the {form} must be a list of bytes, it is "
            f"{places.dtype}{list(places.shape)}"
        )
    indices = _of_bitmap(name, places, size) if form == "bitmap" else _of_gaps(name, places, size)
    if values.dtype != dtype or values.shape != indices.shape:
        raise FileFormatError(
            f"'{name}': the {form} marks {indices.size} of {size} elements, "
            f"the values are {values.dtype}{list(values.shape)}"
        )
    data = np.zeros(size, dtype)
    data[indices] = values
    return data.reshape(shape)


def _gaps(kept: Array) -> Array:
    before = np.diff(np.flatnonzero(kept), prepend=-1) - 1
    gaps = np.full(before.size + int((before // _LONG).sum()), _LONG, np.uint8)
    gaps[np.cumsum(before // _LONG + 1) - 1] = before % _LONG
    return gaps


def _of_bitmap(name: str, bitmap: Array, size: int) -> Array:
    if bitmap.size != math.ceil(size / 8):
        raise FileFormatError(
            f"'{name}': the bitmap of {size} elements must be {math.ceil(size / 8)} bytes, "
            f"it is {bitmap.size}"
        )
    indices = np.flatnonzero(np.unpackbits(bitmap))
    return _within(name, "bitmap", indices, size)


def _of_gaps(name: str, gaps: Array, size: int) -> Array:
    if size > _MOST_PER_BYTE * gaps.size:
        raise FileFormatError(
            f"'{name}': {gaps.size} bytes of gaps are too few for {size} elements, "
            f"of which each may stand for {_MOST_PER_BYTE}"
        )
    marks = gaps != _LONG
    return _within(name, "gaps", np.cumsum(gaps + marks.astype(np.int64))[marks] - 1, size)


def _within(name: str, form: str, indices: Array, size: int) -> Array:
    if indices.size and indices[-1] >= size:
        raise FileFormatError(
            f"'{name}': the {form} marks element {indices[-1]} of {size} elements"
        )
    return indices
