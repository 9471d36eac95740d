"""Numbers of an ONNX model in a file of their own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fastcnn.graph import Graph
from fastcnn.graph.atomic import write_atomically
from fastcnn.onnx.optional import require_onnx
from fastcnn.typing import Array

LARGEST_FILE = 2**31 - 2**26
"""Bytes of numbers that fit into one ONNX file, with room for everything else."""

_SMALLEST_OUTSIDE = 1024
_PAGE = 4096


def large_numbers(graph: Graph) -> dict[str, Array]:
    """The arrays of a graph that are worth a place outside, by name."""
    return {
        name: np.asarray(value.data, order="C")
        for name, value in graph.values.items()
        if value.data is not None and value.data.nbytes >= _SMALLEST_OUTSIDE
    }


def write_outside(path: str | os.PathLike[str], arrays: Mapping[str, Array]) -> list[Any]:
    """Writes arrays to a file beside `path`; gives the ONNX tensors that refer to it.

    The file's name ends in a hash of its content, so that it never replaces what an older model
    refers to. Each array begins at a page, so that readers can map it.

    Raises:
        OSError: The file cannot be written.
    """
    onnx = require_onnx("onnx.save")
    digest = hashlib.sha256()
    for chunk in _chunks(arrays):
        digest.update(chunk)
    target = Path(path)
    target = target.with_name(f"{target.name}.{digest.hexdigest()[:16]}.data")
    write_atomically(target, _chunks(arrays))

    tensors, offset = [], 0
    for name, array in arrays.items():
        entries = {"location": target.name, "offset": offset, "length": array.nbytes}
        tensor = onnx.TensorProto(
            name=name,
            dims=array.shape,
            data_type=onnx.helper.np_dtype_to_tensor_dtype(array.dtype),
            data_location=onnx.TensorProto.EXTERNAL,
        )
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=str(value))
        tensors.append(tensor)
        offset += array.nbytes + _padding(array)
    return tensors


def _chunks(arrays: Mapping[str, Array]) -> Iterator[bytes | memoryview]:
    for array in arrays.values():
        yield array.reshape(-1).view(np.uint8).data
        yield bytes(_padding(array))


def _padding(array: Array) -> int:
    return -array.nbytes % _PAGE
