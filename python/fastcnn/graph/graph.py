"""The graph: immutable data that everything else reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from fastcnn.errors import GraphError
from fastcnn.graph.node import Node
from fastcnn.graph.value import Value
from fastcnn.typing import Array


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in an order in which they can run, with named inputs and outputs.

    Args:
        inputs: Values the caller gives.
        outputs: Values the caller gets.
        nodes: Every producer stands before its users.
        updates: Pairs (parameter, new value): after a run the parameter holds the new value.
    """

    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    nodes: tuple[Node, ...]
    updates: tuple[tuple[Value, Value], ...] = field(default=())

    @cached_property
    def _producers(self) -> dict[str, Node]:
        return {value.name: node for node in self.nodes for value in node.outputs}

    @cached_property
    def _users(self) -> dict[str, list[Node]]:
        users: dict[str, list[Node]] = {}
        for node in self.nodes:
            for name in dict.fromkeys(value.name for value in node.inputs):
                users.setdefault(name, []).append(node)
        return users

    @cached_property
    def _results(self) -> frozenset[str]:
        return frozenset(value.name for value in self.outputs) | {
            new.name for _, new in self.updates
        }

    @cached_property
    def values(self) -> dict[str, Value]:
        """Every value by name: inputs first, then in the order of the nodes."""
        values = {value.name: value for value in self.inputs}
        for node in self.nodes:
            for value in (*node.inputs, *node.outputs):
                values.setdefault(value.name, value)
        for value in (*self.outputs, *(value for pair in self.updates for value in pair)):
            values.setdefault(value.name, value)
        return values

    @cached_property
    def parameters(self) -> dict[str, Value]:
        """Every parameter by name, in the order of first use."""
        return {name: value for name, value in self.values.items() if value.is_parameter}

    def producer(self, value: Value) -> Node | None:
        """The node that defines `value`; None for inputs, constants and parameters."""
        return self._producers.get(value.name)

    def users(self, value: Value) -> Sequence[Node]:
        """The nodes that read `value`, each once."""
        return self._users.get(value.name, ())

    def is_result(self, value: Value) -> bool:
        """Whether the caller, or an update, reads `value`."""
        return value.name in self._results

    def sole_user(self, value: Value) -> Node | None:
        """The one reader of `value`, or None where several nodes or the caller read it."""
        users = self.users(value)
        return users[0] if len(users) == 1 and not self.is_result(value) else None

    def with_data(self, data: Mapping[str, Array]) -> Graph:
        """The same graph with the named parameters or constants holding other numbers.

        Shapes may change only where the caller re-infers the graph afterwards.
        """
        unknown = data.keys() - self.values.keys()
        if unknown:
            raise GraphError(f"graph: no value is named {sorted(unknown)}")
        return self.with_values(
            {name: self.values[name].with_data(array) for name, array in data.items()}
        )

    def with_values(self, changed: Mapping[str, Value]) -> Graph:
        """The same graph with the named values replaced wherever they occur."""

        def swap(values: tuple[Value, ...]) -> tuple[Value, ...]:
            return tuple(changed.get(value.name, value) for value in values)

        return Graph(
            swap(self.inputs),
            swap(self.outputs),
            tuple(
                replace(node, inputs=swap(node.inputs), outputs=swap(node.outputs))
                for node in self.nodes
            ),
            tuple((changed.get(a.name, a), changed.get(b.name, b)) for a, b in self.updates),
        )

    def __str__(self) -> str:
        """One line a node."""
        lines = [f"inputs: {', '.join(map(repr, self.inputs))}"]
        lines += [f"  {node}  # {node.outputs[0].type}" for node in self.nodes]
        lines += [f"  {old.name} <- {new.name}" for old, new in self.updates]
        return "\n".join([*lines, f"outputs: {', '.join(map(repr, self.outputs))}"])
