"""Models to ONNX files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Value
from fastcnn.graph.atomic import write_atomically
from fastcnn.onnx.optional import require_onnx
from fastcnn.onnx.outside import LARGEST_FILE, large_numbers, write_outside
from fastcnn.onnx.proto import to_proto

if TYPE_CHECKING:
    from fastcnn.models import Model

OLDEST_OPSET, DEFAULT_OPSET = 18, 20


def save(
    model: Model | Graph,
    path: str | os.PathLike[str],
    *,
    opset: int | None = None,
    external_data: bool | None = None,
) -> None:
    """Writes a model as an ONNX file, which `onnx.checker` has passed.

    Values and nodes keep their names; an open batch stays open, under the name "N". Weights,
    pruned ones too, are plain initializers.

    Args:
        model: A model, or a graph in inference form.
        path: Where to. An old file is replaced as a whole.
        opset: Version of the ONNX operators, from 18 to the newest that the package onnx knows;
            20 if None.
        external_data: Whether large arrays go to a second file beside `path`; if None, only where
            one file cannot hold them (2 GiB).

    Raises:
        InvalidValueError: `opset` is outside its limits.
        UnsupportedError: The package onnx is not installed, a node is of a kind that stands in
            training graphs alone, or the opset is too old for one.
        OSError: A file cannot be written; an old one at `path` is untouched.
    """
    chosen = _check_opset(opset)
    graph, name, text = _parts(model)
    if external_data is None:
        external_data = sum(map(_bytes, graph.values.values())) > LARGEST_FILE
    outside = large_numbers(graph) if external_data else {}

    proto = to_proto(graph, chosen, name, text, outside)
    if outside:
        del proto.graph.input[len(graph.inputs) :]
        proto.graph.initializer.extend(write_outside(path, outside))
    write_atomically(path, proto.SerializeToString())


def _parts(model: Model | Graph) -> tuple[Graph, str, str]:
    """The graph, its name, and what was done to it."""
    if isinstance(model, Graph):
        return model, "graph", ""
    return model.graph, model.name, "\n".join(record.text for record in model.records)


def _bytes(value: Value) -> int:
    return 0 if value.data is None else value.data.nbytes


def _check_opset(opset: int | None) -> int:
    newest = require_onnx("onnx.save").defs.onnx_opset_version()
    if opset is None:
        return DEFAULT_OPSET
    if not OLDEST_OPSET <= opset <= newest:
        raise InvalidValueError(
            f"onnx.save: opset={opset} is not from {OLDEST_OPSET} to {newest}, the newest that "
            "the installed package onnx knows"
        )
    return opset
