"""Nodes: one operation each."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

from fastcnn.errors import GraphError
from fastcnn.graph.value import Value
from fastcnn.typing import Attribute, Attributes


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One operation: reads `inputs`, defines `outputs`.

    Args:
        name: Unique in its graph.
        op: A name of `docs/ops.md`.
        inputs: Values read, in the op's order.
        outputs: Values defined, in the op's order.
        attrs: The op's attributes.
        layer: Name of the layer this node came from, for tables; empty if none.
    """

    name: str
    op: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    attrs: Attributes = field(default_factory=dict)
    layer: str = ""

    def __post_init__(self) -> None:
        """Makes the attributes read-only."""
        object.__setattr__(self, "attrs", MappingProxyType(dict(self.attrs)))

    @property
    def output(self) -> Value:
        """The only output."""
        if len(self.outputs) != 1:
            raise GraphError(f"node '{self.name}' ({self.op}) has {len(self.outputs)} outputs")
        return self.outputs[0]

    def integer(self, name: str) -> int:
        """The attribute of that name, an integer."""
        value = self._attribute(name)
        assert isinstance(value, int), (self, name)
        return value

    def integers(self, name: str) -> tuple[int, ...]:
        """The attribute of that name, a tuple of integers."""
        value = self._attribute(name)
        assert isinstance(value, tuple), (self, name)
        assert all(isinstance(item, int) for item in value), (self, name)
        return cast("tuple[int, ...]", value)

    def _attribute(self, name: str) -> Attribute:
        if name not in self.attrs:
            raise GraphError(f"node '{self.name}' ({self.op}): '{name}' is not known yet")
        return self.attrs[name]

    def __repr__(self) -> str:
        """As `y = relu(x)`."""
        outputs = ", ".join(value.name for value in self.outputs)
        inputs = ", ".join(value.name for value in self.inputs)
        return f"{outputs} = {self.op}({inputs})"
