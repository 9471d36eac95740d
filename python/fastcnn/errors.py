"""Every exception FastCNN raises on purpose.

Each also derives from the built-in a caller would expect, so `except ValueError` works.
"""

from __future__ import annotations


class FastcnnError(Exception):
    """Base of all exceptions raised by FastCNN."""


class ShapeError(FastcnnError, ValueError):
    """Shapes do not fit the operation."""


class DTypeError(FastcnnError, TypeError):
    """An element type does not fit the operation."""


class InvalidValueError(FastcnnError, ValueError):
    """An argument or attribute is outside its limits."""


class UnsupportedError(FastcnnError, NotImplementedError):
    """The request is well formed, but nothing here can carry it out."""


class PerformanceWarning(UserWarning):
    """Something works, but runs far slower than it could."""


class OutOfMemoryError(FastcnnError, MemoryError):
    """Memory could not be had."""


class DeviceError(FastcnnError, RuntimeError):
    """A device or its driver failed."""


class GraphError(FastcnnError, ValueError):
    """A graph is not well formed."""


class FileFormatError(FastcnnError, ValueError):
    """A file is truncated, damaged or not of the expected format."""


class DataError(FastcnnError, ValueError):
    """Data given for training or evaluation cannot be used."""


class CompressionError(FastcnnError, ValueError):
    """A model cannot be compressed as asked."""


class TrainingError(FastcnnError, RuntimeError):
    """Training cannot go on."""


class PeerError(FastcnnError, RuntimeError):
    """Another runtime cannot do what a comparison asked of it."""
