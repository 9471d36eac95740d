"""How a layer writes its part of a graph."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fastcnn.graph import Traits, Type, Value
from fastcnn.layers.layout import weight_to_graph
from fastcnn.ops import Builder
from fastcnn.typing import Array, Attribute

if TYPE_CHECKING:
    from fastcnn.layers.layer import Layer


@dataclass(frozen=True, eq=False)
class Weight:
    """Numbers a layer holds, in the order of axes of the graph."""

    data: Array
    traits: Traits

    @staticmethod
    def of_user(name: str, data: Array, traits: Traits) -> Weight:
        """A weight from numbers in the user's order of axes."""
        return Weight(weight_to_graph(name, data), traits)


class Emitter:
    """Appends the nodes of one call of a layer, under the layer's name.

    Args:
        builder: Where to.
        layer: Who writes.
        name: The layer's name in this graph.
        shared: The values of weights that stand in the graph already, by name: a layer called
            twice reads the same ones.
    """

    def __init__(
        self, builder: Builder, layer: Layer, name: str, shared: MutableMapping[str, Value]
    ) -> None:
        self._builder = builder
        self._layer = layer
        self._name = name
        self._shared = shared
        self._named = False

    def apply(self, op: str, *inputs: Value, part: str = "", **attrs: Attribute) -> Value:
        """Appends a node.

        Args:
            op: A name of `docs/ops.md`.
            inputs: What it reads.
            part: What the node is to the layer. Without one, the first node bears the layer's
                name and those after it are called after their op.
            attrs: The op's attributes.
        """
        if not part and self._named:
            part = op
        self._named = self._named or not part
        name = f"{self._name}/{part}" if part else self._name
        return self._builder.apply(op, *inputs, name=name, layer=self._name, **attrs)

    def weight(self, name: str) -> Value:
        """The parameter of that name."""
        full = f"{self._name}/{name}"
        if full not in self._shared:
            weight = self._layer.weights[name]
            traits = weight.traits
            if not self._layer.trainable:
                traits = replace(traits, trainable=False)
            type_ = Type(tuple(weight.data.shape))
            self._shared[full] = Value(full, type_, weight.data, traits)
        return self._shared[full]

    def constant(self, name: str, data: Array) -> Value:
        """A value that training leaves alone."""
        full = f"{self._name}/{name}"
        if full not in self._shared:
            data = np.ascontiguousarray(data, np.float32)
            self._shared[full] = Value(full, Type(tuple(data.shape)), data)
        return self._shared[full]
