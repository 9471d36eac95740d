"""Whether graphs are built alike, and what corresponds to what."""

from __future__ import annotations

from collections.abc import Sequence

from fastcnn.compress.selection import layer_of
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph, Node, Value

Names = dict[str, str]
"""From names of values of the first graph to those of another."""


def correspond(graphs: Sequence[Graph]) -> list[Names]:
    """For each graph: its names for the values of the first one.

    Graphs are built alike if they hold the same nodes in the same order, with the same attributes
    and types; names may differ.

    Raises:
        CompressionError: They are not; the message tells the first difference.
    """
    return [_correspond(graphs[0], graph, i + 1) for i, graph in enumerate(graphs)]


def _correspond(first: Graph, other: Graph, number: int) -> Names:
    names: Names = {}

    def same(a: Value, b: Value, where: str) -> None:
        if a.type != b.type or (a.data is None) != (b.data is None):
            raise _different(number, where, f"{_kind(a)} {a.type}", f"{_kind(b)} {b.type}")
        if names.setdefault(a.name, b.name) != b.name:
            raise _different(number, where, f"reads '{names[a.name]}'", f"reads '{b.name}'")

    _count(number, "inputs", first.inputs, other.inputs)
    for a, b in zip(first.inputs, other.inputs, strict=True):
        same(a, b, f"input '{a.name}'")
    for one, two in zip(first.nodes, other.nodes, strict=False):
        where = f"layer '{layer_of(one)}'"
        if one.op != two.op:
            raise _different(number, where, one.op, two.op)
        if _attributes(one) != _attributes(two):
            raise _different(number, where, str(_attributes(one)), str(_attributes(two)))
        _count(number, f"inputs of {where}", one.inputs, two.inputs)
        for a, b in zip((*one.inputs, *one.outputs), (*two.inputs, *two.outputs), strict=True):
            same(a, b, where)
    _count(number, "nodes", first.nodes, other.nodes)
    _count(number, "outputs", first.outputs, other.outputs)
    for a, b in zip(first.outputs, other.outputs, strict=True):
        same(a, b, f"output '{a.name}'")
    return names


def _attributes(node: Node) -> dict[str, object]:
    """All but the seed of dropout, which may differ."""
    return {name: value for name, value in node.attrs.items() if name != "seed"}


def _kind(value: Value) -> str:
    return "data" if value.data is None else "parameter"


def _count(number: int, what: str, first: Sequence[object], other: Sequence[object]) -> None:
    if len(first) != len(other):
        raise _different(number, what, str(len(first)), str(len(other)))


def _different(number: int, where: str, first: str, other: str) -> CompressionError:
    return CompressionError(
        f"fuse: the models must be built alike; at {where}, model 1 has {first}, "
        f"model {number} has {other}"
    )
