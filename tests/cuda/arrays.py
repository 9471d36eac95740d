"""Arrays of other libraries, as far as the protocols show them."""

from __future__ import annotations

import ctypes
import os

import numpy as np


class Foreign:
    """An array on the device with `__cuda_array_interface__` alone, some entries changed."""

    def __init__(self, array, **changes):
        self._array = array
        self._changes = changes

    @property
    def __cuda_array_interface__(self):
        interface = {**self._array.__cuda_array_interface__, **self._changes}
        return {name: entry for name, entry in interface.items() if entry is not Foreign}


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


_DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Managed(ctypes.Structure):
    _fields_ = [("tensor", _Tensor), ("context", ctypes.c_void_p), ("deleter", _DELETER)]


class _ManagedVersioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", _DELETER),
        ("flags", ctypes.c_uint64),
        ("tensor", _Tensor),
    ]


_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


class Packed:
    """An array on the device with DLPack alone, which counts what its consumers do.

    Args:
        array: A `DeviceArray`.
        versioned: Whether it speaks version 1 of the protocol.
        tensor: Fields of the record to replace.
        record: Fields around it, for version 1: `major`, `flags`.
        strides: Of the record, in elements; null if None.
        spoil: Whether memory that no consumer holds any more is filled with NaN.
    """

    def __init__(
        self, array, *, versioned=True, tensor=None, record=None, strides=None, spoil=False
    ):
        self._array = array
        self._versioned = versioned
        self._tensor = tensor or {}
        self._record = record or {}
        self._strides = strides
        self._spoil = spoil
        self._records = []
        self.deleted = 0
        self.streams = []

    def __dlpack_device__(self):
        return (2, self._array.device)

    def __dlpack__(self, *, stream=None, **options):
        if options and not self._versioned:
            raise TypeError("__dlpack__() got an unexpected keyword argument 'max_version'")
        self.streams.append(stream)
        record = _ManagedVersioned(major=1) if self._versioned else _Managed()
        shape = self._array.shape
        tensor = record.tensor
        tensor.data = self._array.__cuda_array_interface__["data"][0]
        tensor.device_type, tensor.device_id = 2, self._array.device
        tensor.ndim, tensor.code, tensor.bits, tensor.lanes = len(shape), 2, 32, 1
        tensor.shape = (ctypes.c_int64 * len(shape))(*shape)
        if self._strides is not None:
            tensor.strides = (ctypes.c_int64 * len(shape))(*self._strides)
        for name, value in self._tensor.items():
            setattr(tensor, name, value)
        for name, value in self._record.items():
            setattr(record, name, value)
        record.deleter = _DELETER(self._delete)
        self._records.append(record)
        name = b"dltensor_versioned" if self._versioned else b"dltensor"
        return _new_capsule(ctypes.addressof(record), name, None)

    def _delete(self, record):
        self.deleted += 1
        if self._spoil:  # the emulator's device memory is memory of this process
            pointer = self._array.__cuda_array_interface__["data"][0]
            ctypes.memset(pointer, 0xFF, 4 * int(np.prod(self._array.shape)))


class StreamOf:
    """A stream object of another library, with its number under `name`."""

    def __init__(self, name, number):
        setattr(self, name, number)


def late(module, numbers, stream):
    """An array that is full of NaN until the work in `stream` comes to it."""
    array = module.DeviceArray(np.full_like(numbers, np.nan))
    array.write(numbers, stream.ptr)
    return Foreign(array, stream=stream.ptr, version=3)


def seeds(count):
    """Schedules: as many as wanted where nothing else is said."""
    return range(1, 1 + int(os.environ.get("FASTCNN_TEST_SEEDS", count)))
