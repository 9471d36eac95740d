"""CuPy, where it is installed: the only file that imports it."""

from __future__ import annotations

from functools import cache
from typing import Any


def as_cupy(array: Any) -> Any:
    """`array`, which has DLPack, as a CuPy array of the same memory; itself without CuPy."""
    cupy = _cupy()
    return array if cupy is None else cupy.from_dlpack(array)


@cache
def _cupy() -> Any:
    try:
        import cupy
    except ImportError:
        return None
    return cupy if cupy.cuda.is_available() else None
