"""The exporter of each op: a function that writes a node of ours as nodes of ONNX."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from fastcnn.graph import Node
from fastcnn.onnx.writer import Writer
from fastcnn.ops.attributes import attribute

Exporter: TypeAlias = Callable[[Writer, Node], None]

EXPORTERS: dict[str, Exporter] = {}
"""By name of the op."""


def exports(op: str) -> Callable[[Exporter], Exporter]:
    """Decorator: the function writes nodes of that op."""

    def add(exporter: Exporter) -> Exporter:
        if op in EXPORTERS:
            raise ValueError(f"op '{op}' has two exporters")
        EXPORTERS[op] = exporter
        return exporter

    return add


def exports_as(op: str, op_type: str, *attributes: str, since: int = 0) -> None:
    """Makes an op one ONNX node with the same inputs and the named attributes.

    Args:
        op: Of ours.
        op_type: Of ONNX.
        attributes: Those with one name and meaning on both sides.
        since: The opset that brought the operator.
    """

    @exports(op)
    def write(g: Writer, node: Node) -> None:
        g.emit(node, op_type, since=since, **{name: attribute(node, name) for name in attributes})


def exports_with_input(op: str, op_type: str, attribute: str) -> None:
    """Makes an op one ONNX node whose second input is what `attribute` holds with us."""

    @exports(op)
    def write(g: Writer, node: Node) -> None:
        g.emit(node, op_type, node.inputs[0].name, *g.late(node, attribute))
