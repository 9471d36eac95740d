"""Builds graphs node by node, inferring types as it goes."""

from __future__ import annotations

from collections.abc import Iterable

from fastcnn.errors import GraphError
from fastcnn.graph import Graph, Node, Traits, Type, Value, verify
from fastcnn.ops.infer import infer
from fastcnn.typing import DTYPES, Array, Attribute, DType, Shape


class Builder:
    """Collects values and nodes, then gives the graph.

    Names are made unique by a number at the end.
    """

    def __init__(self, graph: Graph | None = None) -> None:
        """Starts empty, or with everything `graph` holds."""
        self._inputs: list[Value] = list(graph.inputs) if graph else []
        self._nodes: list[Node] = list(graph.nodes) if graph else []
        self._updates: list[tuple[Value, Value]] = list(graph.updates) if graph else []
        self._names: set[str] = set(graph.values) if graph else set()
        self._node_names: set[str] = {node.name for node in self._nodes}

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The values the caller gives, so far."""
        return tuple(self._inputs)

    def input(self, name: str, shape: Shape, dtype: DType = "float32") -> Value:
        """A value the caller gives."""
        value = Value(self._unique(name), Type(tuple(shape), dtype))
        self._inputs.append(value)
        return value

    def constant(self, name: str, data: Array) -> Value:
        """A value that never changes."""
        return Value(self._unique(name), Type(tuple(data.shape), _dtype_of(data)), data)

    def parameter(self, name: str, data: Array, traits: Traits | None = None) -> Value:
        """A value that training may replace."""
        return Value(
            self._unique(name), Type(tuple(data.shape), _dtype_of(data)), data, traits or Traits()
        )

    def apply_all(
        self, op: str, *inputs: Value, name: str = "", layer: str = "", **attrs: Attribute
    ) -> tuple[Value, ...]:
        """Appends a node; gives all its outputs."""
        types = infer(op, [value.type for value in inputs], attrs)
        name = self._unique(name or op, self._node_names)
        outputs = tuple(
            Value(self._unique(name if len(types) == 1 else f"{name}.{i}"), type_)
            for i, type_ in enumerate(types)
        )
        self._nodes.append(Node(name, op, inputs, outputs, attrs, layer))
        return outputs

    def apply(
        self, op: str, *inputs: Value, name: str = "", layer: str = "", **attrs: Attribute
    ) -> Value:
        """Appends a node with one output; gives that output."""
        outputs = self.apply_all(op, *inputs, name=name, layer=layer, **attrs)
        if len(outputs) != 1:
            raise GraphError(f"{op}: has {len(outputs)} outputs; use apply_all()")
        return outputs[0]

    def update(self, parameter: Value, new: Value) -> None:
        """After a run of the graph, `parameter` holds `new`."""
        self._updates.append((parameter, new))

    def build(self, outputs: Iterable[Value]) -> Graph:
        """The graph of everything so far."""
        graph = Graph(tuple(self._inputs), tuple(outputs), tuple(self._nodes), tuple(self._updates))
        verify(graph)
        return graph

    def _unique(self, name: str, taken: set[str] | None = None) -> str:
        taken = self._names if taken is None else taken
        candidate, count = name, 1
        while candidate in taken:
            candidate, count = f"{name}_{count}", count + 1
        taken.add(candidate)
        return candidate


def _dtype_of(data: Array) -> DType:
    for dtype in DTYPES:
        if data.dtype == dtype:
            return dtype
    raise GraphError(f"graph: arrays must be {', '.join(DTYPES)}, this one is {data.dtype}")
