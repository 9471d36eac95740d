"""Model files: a graph, its numbers and what belongs to them, in one safetensors file.

The metadata of the file (texts by name) holds

    format   "fastcnn"
    version  "1"
    graph    JSON, see `encode`
    extra    JSON, what the caller stored

and the tensors are

    value/NAME                  the numbers of a constant or parameter
    bitmap/NAME, nonzero/NAME   the same for a pruned parameter, where this is smaller
    gaps/NAME, nonzero/NAME     the same where this is smaller still, see `pruned_data`
    extra/NAME                  what the caller stored

Reading runs nothing that the file holds, and takes memory in proportion to its size.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fastcnn.errors import FastcnnError, FileFormatError, InvalidValueError
from fastcnn.graph import pruned_data
from fastcnn.graph.atomic import write_atomically
from fastcnn.graph.decode import decode
from fastcnn.graph.encode import encode
from fastcnn.graph.graph import Graph
from fastcnn.graph.tensor_file import from_bytes, parse_json, to_bytes
from fastcnn.graph.type_rule import check_types
from fastcnn.graph.value import Type
from fastcnn.graph.verify import verify
from fastcnn.typing import Array

VERSION = 1


def save(
    path: str | os.PathLike[str],
    graph: Graph,
    *,
    extra: Mapping[str, Any] | None = None,
    tensors: Mapping[str, Array] | None = None,
) -> None:
    """Writes a graph, and what belongs to it, as one file that replaces an old one as a whole.

    Args:
        path: Where to.
        graph: What to write, with its numbers.
        extra: Plain data that JSON can hold.
        tensors: More arrays, by name.

    Raises:
        GraphError: The graph is not well formed.
        InvalidValueError: `extra` cannot be written as JSON, or a tensor is of a type not written.
        OSError: The file cannot be written; an old one at `path` is untouched.
    """
    write_atomically(path, serialize(graph, extra=extra, tensors=tensors))


def serialize(
    graph: Graph,
    *,
    extra: Mapping[str, Any] | None = None,
    tensors: Mapping[str, Array] | None = None,
) -> bytes:
    """What `save` writes."""
    verify(graph)
    check_types(graph)
    try:
        extra_json = json.dumps(dict(extra or {}))
    except (TypeError, ValueError) as error:
        raise InvalidValueError(f"save: extra cannot be written as JSON: {error}") from error
    texts = {
        "format": "fastcnn",
        "version": str(VERSION),
        "graph": json.dumps(encode(graph), separators=(",", ":")),
        "extra": extra_json,
    }
    arrays = _graph_tensors(graph)
    arrays |= {f"extra/{name}": np.asarray(array) for name, array in (tensors or {}).items()}
    return to_bytes(arrays, texts)


def load(path: str | os.PathLike[str]) -> tuple[Graph, dict[str, Any], dict[str, Array]]:
    """Reads what `save` wrote: the graph, `extra` and `tensors`.

    Raises:
        FileFormatError: The file is truncated, damaged, of another format or of a newer version.
        OSError: The file cannot be read.
    """
    content = Path(path).read_bytes()
    try:
        return _parse(content)
    except FastcnnError as error:
        raise FileFormatError(f"load: '{os.fspath(path)}': {error}") from error


def _graph_tensors(graph: Graph) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for name, value in graph.values.items():
        if value.data is None:
            continue
        pruned = value.traits is not None and value.traits.pruned
        packed = pruned_data.pack(value.data) if pruned else None
        if packed is None:
            arrays[f"value/{name}"] = value.data
        else:
            form, places, values = packed
            arrays[f"{form}/{name}"], arrays[f"nonzero/{name}"] = places, values
    return arrays


def _parse(content: bytes) -> tuple[Graph, dict[str, Any], dict[str, Array]]:
    arrays, texts = from_bytes(content)
    _check_texts(texts)

    def read_data(name: str, type_: Type) -> Array:
        return _data_of(arrays, name, type_)

    graph = decode(parse_json("graph", texts["graph"]), read_data)
    verify(graph)
    try:
        check_types(graph)
    except FastcnnError:
        raise
    except Exception as error:  # a rule may trip in any way over attributes no builder made
        raise FileFormatError(f"the graph holds an impossible node: {error}") from error
    extra = parse_json("extra", texts["extra"])
    if not isinstance(extra, dict):
        raise FileFormatError("the field 'extra' is no object")
    tensors = {
        name.removeprefix("extra/"): array
        for name, array in arrays.items()
        if name.startswith("extra/")
    }
    return graph, extra, tensors


def _check_texts(texts: Mapping[str, Any]) -> None:
    if texts.get("format") != "fastcnn":
        raise FileFormatError("the header does not say that this is a FastCNN model")
    if texts.get("version") != str(VERSION):
        raise FileFormatError(
            f"the file is of version {texts.get('version')!r}, this FastCNN reads version "
            f"{VERSION}; update FastCNN"
        )
    for name in ("graph", "extra"):
        if not isinstance(texts.get(name), str):
            raise FileFormatError(f"the field '{name}' is missing")


def _data_of(arrays: Mapping[str, Array], name: str, type_: Type) -> Array:
    shape = tuple(extent for extent in type_.shape if extent is not None)
    if len(shape) != type_.rank:
        raise FileFormatError(f"'{name}' holds numbers but its shape is open: {type_}")
    if f"value/{name}" in arrays:
        data = arrays[f"value/{name}"]
    else:
        form = next((form for form in pruned_data.FORMS if f"{form}/{name}" in arrays), None)
        if form is None or f"nonzero/{name}" not in arrays:
            raise FileFormatError(f"the numbers of '{name}' are missing")
        places, values = arrays[f"{form}/{name}"], arrays[f"nonzero/{name}"]
        data = pruned_data.unpack(name, form, places, values, shape, np.dtype(type_.dtype))
    if data.shape != shape or data.dtype != np.dtype(type_.dtype):
        raise FileFormatError(
            f"'{name}' is declared as {type_}, its numbers are {data.dtype}{list(data.shape)} "
            f"({math.prod(data.shape)} elements)"
        )
    return data
