"""Arrays on a CUDA device, of any library, for sessions.

`__cuda_array_interface__` of version 3 is read first, since it tells the stream in which the
numbers are made; then DLPack, whose producer lets our stream wait; then version 2 of the interface,
which tells no stream. Nothing is copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from fastcnn.errors import DTypeError, InvalidValueError, ShapeError, UnsupportedError
from fastcnn.runtime.cuda import cuda_module
from fastcnn.runtime.streams import producer_number

_CPU_DEVICES = (1, 3)
_CUDA_DEVICES = (2, 13)
"""Types of devices in DLPack: memory of the host, pinned; memory of a CUDA device, managed."""


@dataclass(frozen=True)
class Borrowed:
    """An array of another library.

    Args:
        array: The same memory as a `DeviceArray` of the CUDA module.
        stream: The stream to wait for before it is read or written; None for none.
    """

    array: Any
    stream: int | None


def lies_on_device(array: Any) -> bool:
    """Whether `array` is one on a CUDA device; False for whatever NumPy can read.

    Raises:
        UnsupportedError: It is on a device of another kind.
    """
    if isinstance(array, np.ndarray | np.generic | int | float | list | tuple):
        return False
    if hasattr(array, "__cuda_array_interface__"):
        return True
    if not hasattr(array, "__dlpack_device__"):
        return False
    kind = int(array.__dlpack_device__()[0])
    if kind not in (*_CPU_DEVICES, *_CUDA_DEVICES):
        raise UnsupportedError(
            f"session: an array on a device of DLPack's type {kind}; NumPy arrays and arrays on "
            "CUDA devices can be read"
        )
    return kind in _CUDA_DEVICES


def borrowed(array: Any, stream: int) -> Borrowed:
    """The memory of an array on the device.

    Args:
        array: What `lies_on_device`.
        stream: The stream in which it is going to be used.

    Raises:
        InvalidValueError: It does not describe itself as the protocols ask, is not C-contiguous or
            has a mask.
        DTypeError: Its elements are of a type that sessions do not take.
    """
    interface = getattr(array, "__cuda_array_interface__", None)
    version = _version(interface) if interface is not None else 0
    if version < 3 and hasattr(array, "__dlpack__"):
        return Borrowed(cuda_module().DeviceArray.from_dlpack(_capsule(array, stream)), None)
    if interface is None:
        raise InvalidValueError(
            f"session: an array of type {type(array).__name__} has `__dlpack_device__` and no "
            "`__dlpack__`"
        )
    return _from_interface(array, interface)


def _capsule(array: Any, stream: int) -> Any:
    try:
        return array.__dlpack__(stream=stream, max_version=(1, 0))
    except TypeError:  # a producer from before version 1
        return array.__dlpack__(stream=stream)


def _version(interface: Any) -> int:
    version = interface.get("version") if isinstance(interface, Mapping) else None
    if version not in (2, 3):
        raise InvalidValueError(
            f"__cuda_array_interface__: version is {version!r}; 2 and 3 can be read"
        )
    return int(version)


def _from_interface(array: Any, interface: Mapping[str, Any]) -> Borrowed:
    shape = _shape(interface)
    dtype = _dtype(interface)
    if interface.get("mask") is not None:
        raise InvalidValueError(
            "__cuda_array_interface__: the array has a mask; give one without masked elements"
        )
    _check_strides(interface.get("strides"), shape, dtype)
    pointer, read_only = _data(interface)
    if pointer == 0 and prod(shape) != 0:
        raise InvalidValueError(
            f"__cuda_array_interface__: the pointer is null, the shape {shape} is not empty"
        )
    stream = producer_number(interface.get("stream"))
    view = cuda_module().DeviceArray.borrow(
        pointer=pointer, shape=shape, dtype=dtype.name, read_only=read_only, owner=array
    )
    return Borrowed(view, stream)


def _shape(interface: Mapping[str, Any]) -> tuple[int, ...]:
    shape = interface.get("shape")
    if not isinstance(shape, tuple | list) or not all(
        isinstance(extent, int | np.integer) and extent >= 0 for extent in shape
    ):
        raise ShapeError(
            f"__cuda_array_interface__: shape is {shape!r}, not a tuple of extents from 0 on"
        )
    return tuple(int(extent) for extent in shape)


def _dtype(interface: Mapping[str, Any]) -> np.dtype[Any]:
    typestr = interface.get("typestr")
    try:
        if not isinstance(typestr, str):
            raise TypeError
        dtype = np.dtype(typestr)
    except TypeError:
        raise DTypeError(
            f"__cuda_array_interface__: typestr {typestr!r} is none of NumPy's"
        ) from None
    if not dtype.isnative:
        raise DTypeError(
            f"__cuda_array_interface__: typestr '{typestr}' has the bytes of elements in the other "
            "order; give elements of this machine's order"
        )
    if dtype.kind not in "fiub":
        raise DTypeError(f"__cuda_array_interface__: typestr '{typestr}' is of no numbers")
    return dtype


def _data(interface: Mapping[str, Any]) -> tuple[int, bool]:
    data = interface.get("data")
    if data is None:
        return 0, False
    if (
        not isinstance(data, tuple | list)
        or len(data) != 2
        or not isinstance(data[0], int | np.integer)
        or not isinstance(data[1], bool | np.bool_)
    ):
        raise InvalidValueError(
            f"__cuda_array_interface__: data is {data!r}, not (pointer, read-only)"
        )
    return int(data[0]), bool(data[1])


def _check_strides(strides: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if strides is None or prod(shape) == 0:
        return
    if len(strides) != len(shape):
        raise ShapeError(f"__cuda_array_interface__: {len(strides)} strides for {len(shape)} axes")
    expected = dtype.itemsize
    for extent, stride in zip(reversed(shape), reversed(strides), strict=True):
        if extent != 1 and stride != expected:
            raise InvalidValueError(
                f"__cuda_array_interface__: an array of shape {shape} with strides {strides} is "
                "not C-contiguous; make a copy that is, such as cupy.ascontiguousarray()"
            )
        expected *= extent
