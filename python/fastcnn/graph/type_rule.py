"""How the types of a node's outputs follow from its inputs.

Graphs know no operations; `fastcnn.ops` gives its rule here when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from fastcnn.errors import FastcnnError, GraphError
from fastcnn.graph.graph import Graph
from fastcnn.graph.value import Type
from fastcnn.typing import Attributes

TypeRule: TypeAlias = Callable[[str, Sequence[Type], Attributes], tuple[Type, ...]]
"""Types of the outputs, from the op, the types of the inputs and the attributes."""

_rules: list[TypeRule] = []


def set_type_rule(rule: TypeRule) -> None:
    """Makes `rule` the one that `check_types` uses."""
    _rules[:] = [rule]


def check_types(graph: Graph) -> None:
    """Raises GraphError unless every node's op is known and gives what the node declares."""
    if not _rules:
        raise GraphError("check_types: no operations are known; import fastcnn.ops first")
    (rule,) = _rules
    for node in graph.nodes:
        by = f"node '{node.name}' ({node.op})"
        try:
            types = rule(node.op, [value.type for value in node.inputs], node.attrs)
        except FastcnnError as error:
            raise GraphError(f"{by}: {error}") from error
        declared = tuple(value.type for value in node.outputs)
        if types != declared:
            given, asked = (" and ".join(map(str, each)) for each in (declared, types))
            raise GraphError(f"{by} declares the outputs {given}, its op gives {asked}")
