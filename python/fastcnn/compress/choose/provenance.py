"""Where a result comes from: versions, and hashes of what went in."""

from __future__ import annotations

import hashlib
import platform
from typing import Any

import numpy as np

from fastcnn.graph import Graph
from fastcnn.runtime import cpu_info
from fastcnn.typing import Array
from fastcnn.version import __version__


def versions() -> dict[str, str]:
    """Of what computed, and the CPU it computed on."""
    return {
        "fastcnn": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "cpu": str(cpu_info()["brand"]),
    }


def hash_of_graph(graph: Graph) -> str:
    """SHA-256 of the nodes of a graph and of its parameters and constants."""
    digest = hashlib.sha256(str(graph).encode())
    for name, value in sorted(graph.values.items()):
        if value.data is not None:
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(value.data).tobytes())
    return digest.hexdigest()


def hash_of_data(data: Any) -> str:
    """SHA-256 of arrays, in a tuple, a list or a dict, or alone."""
    digest = hashlib.sha256()
    for array in _arrays(data):
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _arrays(data: Any) -> list[Array]:
    if isinstance(data, dict):
        return [array for _, value in sorted(data.items()) for array in _arrays(value)]
    if isinstance(data, tuple | list) and data and not np.isscalar(data[0]):
        return [array for value in data for array in _arrays(value)]
    return [np.asarray(data)]
