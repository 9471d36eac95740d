"""Graphs from files, by the ending of their names."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import TypeAlias

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Graph, file

Reader: TypeAlias = Callable[[str], Graph]


def _read_fcnn(path: str) -> Graph:
    return file.load(path)[0]


_readers: dict[str, Reader] = {".fcnn": _read_fcnn}

_SET_BY = {".onnx": "fastcnn.onnx"}
"""Rooms further right that set a reader when they are imported, which the first file does."""


def set_reader(ending: str, reader: Reader) -> None:
    """Makes `reader` the one for files whose names have that ending."""
    _readers[ending] = reader


def read_graph(path: str | os.PathLike[str]) -> Graph:
    """The graph in a file.

    Raises:
        FileFormatError: The file is truncated, damaged or of another format.
        UnsupportedError: No format has that ending.
        OSError: The file cannot be read.
    """
    name = os.fspath(path)
    ending = os.path.splitext(name)[1].lower()
    if ending not in _readers and ending in _SET_BY:
        import_module(_SET_BY[ending])
    if ending not in _readers:
        known = ", ".join({**_readers, **_SET_BY})
        raise UnsupportedError(f"'{name}' has none of the endings of model files: {known}")
    return _readers[ending](name)
