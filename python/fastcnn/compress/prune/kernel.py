"""The kernel of a layer, as criteria and structures see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from fastcnn.compress.selection import layer_of
from fastcnn.graph import Graph, Node, Value
from fastcnn.typing import FloatArray

T = TypeVar("T", bound=np.generic)

_ELEMENTWISE = frozenset(
    ("batch_norm", "clip", "elu", "gelu", "hard_sigmoid", "leaky_relu", "prelu", "relu", "selu")
) | {"sigmoid", "swish", "tanh"}


@dataclass(frozen=True)
class Kernel:
    """The kernel of a convolution or a dense layer, and what surrounds it.

    Args:
        graph: Where it stands.
        node: What it belongs to.
        data: The weights: [OC, C / groups, KH, KW], [IC, OC / groups, KH, KW] where the
            convolution is transposed, or [K, M].
    """

    graph: Graph
    node: Node
    data: FloatArray

    @staticmethod
    def of(graph: Graph, node: Node) -> Kernel:
        """The kernel of `node`."""
        data = node.inputs[1].data
        assert data is not None
        return Kernel(graph, node, data)

    @property
    def value(self) -> Value:
        """The parameter."""
        return self.node.inputs[1]

    @property
    def name(self) -> str:
        """Of the parameter."""
        return self.value.name

    @property
    def layer(self) -> str:
        """The layer it belongs to."""
        return layer_of(self.node)

    @property
    def axis(self) -> int:
        """The axis that counts what the layer gives: channels or units."""
        return 0 if self.node.op == "conv2d" else 1

    def per_channel(self, array: FloatArray) -> FloatArray:
        """Sums of an array of the kernel's shape over all axes but that of the channels."""
        others = tuple(axis for axis in range(array.ndim) if axis != self.axis)
        sums: FloatArray = array.sum(others, np.float64)
        return sums

    def matrix(self, array: npt.NDArray[T]) -> npt.NDArray[T]:
        """An array of the kernel's shape as [outputs, inputs, taps]; a dense layer has one tap."""
        rows = np.moveaxis(array, self.axis, 0)
        return rows.reshape(*rows.shape[:2], -1)

    def unmatrix(self, matrix: npt.NDArray[T]) -> npt.NDArray[T]:
        """The inverse of `matrix`."""
        rows = np.moveaxis(self.data, self.axis, 0).shape
        return np.ascontiguousarray(np.moveaxis(matrix.reshape(rows), 0, self.axis))

    @property
    def normalisation(self) -> Node | None:
        """The batch normalisation that alone reads the layer's output."""
        user = self.graph.sole_user(self.node.output)
        return user if user is not None and user.op == "batch_norm" else None

    def normalised(self) -> Kernel:
        """The kernel with the scale of a normalisation that follows multiplied in."""
        norm = self.normalisation
        if norm is None:
            return self
        gamma, variance, epsilon = norm.inputs[1].data, norm.inputs[4].data, norm.attrs["epsilon"]
        if gamma is None or variance is None:
            return self
        assert isinstance(epsilon, float)
        others = [axis for axis in range(self.data.ndim) if axis != self.axis]
        scale = np.expand_dims(gamma / np.sqrt(variance + epsilon), others)
        return replace(self, data=self.data * scale)

    @property
    def response(self) -> Value:
        """The layer's output behind normalisation and activation, as the next layers read it."""
        value = self.node.output
        user = self.graph.sole_user(value)
        while user is not None and user.op in _ELEMENTWISE:
            value = user.output
            user = self.graph.sole_user(value)
        return value


def find_kernels(graph: Graph) -> Iterator[Kernel]:
    """The kernels that are parameters of convolutions and dense layers; each once."""
    seen: set[str] = set()
    for node in graph.nodes:
        if node.op in ("conv2d", "conv2d_transpose", "dense"):
            value = node.inputs[1]
            if value.is_parameter and value.name not in seen:
                seen.add(value.name)
                yield Kernel.of(graph, node)
