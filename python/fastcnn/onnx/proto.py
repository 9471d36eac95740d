"""A graph as an ONNX model in memory."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fastcnn.errors import GraphError, UnsupportedError
from fastcnn.graph import Graph, Value, verify
from fastcnn.onnx.exporters import EXPORTERS, WITHOUT
from fastcnn.onnx.open_extents import OpenExtents
from fastcnn.onnx.optional import require_onnx
from fastcnn.onnx.writer import Writer
from fastcnn.version import __version__


def to_proto(
    graph: Graph, opset: int, name: str, text: str = "", outside: Collection[str] = ()
) -> Any:
    """The ONNX model of a graph, which `onnx.checker` has passed.

    Args:
        graph: In inference form.
        opset: Version of the ONNX operators.
        name: Of the model.
        text: What else is to be said of it.
        outside: Values whose numbers are left out: they stand behind the inputs.

    Raises:
        GraphError: The graph is not well formed.
        UnsupportedError: A node is of a kind that cannot be written.
    """
    onnx = require_onnx("onnx.save")
    verify(graph)
    if graph.updates:
        raise UnsupportedError("onnx.save: a training graph has updates, ONNX has none")
    writer = Writer(graph, opset, outside)
    for node in graph.nodes:
        if node.op not in EXPORTERS:
            reason = WITHOUT.get(node.op, "it has no exporter")
            raise UnsupportedError(f"onnx.save: node '{node.name}' ({node.op}): {reason}")
        EXPORTERS[node.op](writer, node)

    extents = OpenExtents(graph)

    def info(value: Value) -> Any:
        number = writer.element_type(value.type.dtype)
        return onnx.helper.make_tensor_value_info(value.name, number, extents.shape(value))

    ends = {value.name for value in (*graph.inputs, *graph.outputs)}
    inner = [value for node in graph.nodes for value in node.outputs if value.name not in ends]
    opsets = [onnx.helper.make_opsetid("", opset)]
    proto = onnx.helper.make_model(
        onnx.helper.make_graph(
            writer.nodes,
            name,
            [info(value) for value in (*graph.inputs, *(graph.values[key] for key in outside))],
            [info(value) for value in graph.outputs],
            writer.initializers,
            value_info=[info(value) for value in inner],
        ),
        opset_imports=opsets,
        ir_version=onnx.helper.find_min_ir_version_for(opsets),
        producer_name="fastcnn",
        producer_version=__version__,
        doc_string=text,
    )
    _check(proto)
    return proto


def _check(proto: Any) -> None:
    checker = require_onnx("onnx.save").checker
    try:
        checker.check_model(proto, full_check=True)
    except Exception as error:  # the checker and its shape inference have no common class
        raise GraphError(f"onnx.save: onnx.checker refuses what was made: {error}") from error
