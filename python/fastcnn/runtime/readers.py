"""Graphs from files, by the ending of their names."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeAlias

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Graph, file

Reader: TypeAlias = Callable[[str], Graph]


def _read_fcnn(path: str) -> Graph:
    return file.load(path)[0]


_readers: dict[str, Reader] = {".fcnn": _read_fcnn}


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
    reader = _readers.get(os.path.splitext(name)[1].lower())
    if reader is None:
        raise UnsupportedError(
            f"'{name}' has none of the endings of model files: {', '.join(_readers)}"
        )
    return reader(name)
