"""Layers as the graph shows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Graph, Node, Value
from fastcnn.graph.kernel_names import DEPTHWISE, ROW
from fastcnn.layers.layout import TO_GRAPH, TO_USER, user_shape, weight_to_user
from fastcnn.ops.statistics import node_macs
from fastcnn.typing import Array, Shape

_KINDS = {
    "conv2d": "Conv2D",
    "conv2d_transpose": "Conv2DTranspose",
    "dense": "Dense",
    "batch_norm": "BatchNormalization",
    "instance_norm": "GroupNormalization",
    "sqrt": "LayerNormalization",
    "max_pool2d": "MaxPooling2D",
    "average_pool2d": "AveragePooling2D",
    "global_average_pool2d": "GlobalAveragePooling2D",
    "global_max_pool2d": "GlobalMaxPooling2D",
    "dropout": "Dropout",
    "reduce_mean": "GlobalAveragePooling1D",
    "pad2d": "ZeroPadding2D",
    "resize": "UpSampling2D",
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "scale": "Scale",
    "concat": "Concatenate",
    "slice": "Slice",
    "prelu": "PReLU",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "relu": "ReLU",
    "clip": "ReLU",
    "softmax": "Softmax",
    **dict.fromkeys(
        (
            *("exp", "hard_sigmoid", "hard_swish", "log_softmax", "mish", "sigmoid", "softplus"),
            *("softsign", "swish", "tanh"),
        ),
        "Activation",
    ),
    "reshape": "Reshape",
    "transpose": "Permute",
}
"""Kind of layer by its chief op, the most telling first."""


@dataclass(eq=False)
class LayerView:
    """The nodes of one layer of a graph.

    Args:
        name: The layer's name.
        graph: The graph it is part of.
        nodes: In the order they run in.
    """

    name: str
    graph: Graph
    nodes: tuple[Node, ...]

    @cached_property
    def kind(self) -> str:
        """As the class of `fastcnn.layers` that makes such nodes."""
        ops = {node.op for node in self.nodes}
        kind = next((kind for op, kind in _KINDS.items() if op in ops), self.nodes[0].op)
        first = next((node for node in self.nodes if _KINDS.get(node.op) == kind), self.nodes[0])
        if kind == "Reshape" and len(self.output_shape) == 2:
            return "Flatten"
        if kind == "Add" and "scale" in ops:
            return "Average"
        if kind == "Multiply" and self.parameters:
            return "LayerScale"
        if kind == "Dropout" and first.attrs.get("whole_channels"):
            return "SpatialDropout2D"
        if kind == "ZeroPadding2D" and min(first.integers("pads")) < 0:
            return "Cropping2D"
        return _convolution(self.nodes) if kind == "Conv2D" else kind

    @cached_property
    def output_shape(self) -> Shape:
        """Of what the layer gives, channels last, the batch (None) first."""
        last = self.nodes[-1]
        shape = last.outputs[0].shape
        is_user_order = self.graph.is_result(last.outputs[0]) and is_layout_change(last)
        return shape if is_user_order else user_shape(shape)

    @cached_property
    def parameters(self) -> tuple[Value, ...]:
        """What the layer has learnt, each once, in the order Keras gives them."""
        values = {value.name: value for node in self.nodes for value in node.inputs}
        return tuple(value for value in values.values() if value.is_parameter)

    def count_params(self) -> int:
        """Elements of all parameters."""
        return sum(_data(value).size for value in self.parameters)

    def count_nonzeros(self) -> int:
        """Elements that are not 0."""
        return sum(int(np.count_nonzero(_data(value))) for value in self.parameters)

    def macs(self) -> int | None:
        """Multiply-accumulates of one sample; None where the size of the image is open."""
        try:
            return sum(node_macs(node) for node in self.nodes)
        except ShapeError:
            return None

    def get_weights(self) -> list[Array]:
        """Copies of the weights in Keras's order and layout."""
        return [to_user(self.graph, value) for value in self.parameters]

    def __repr__(self) -> str:
        """As `Conv2D 'conv2d': (None, 26, 26, 32)`."""
        return f"{self.kind} '{self.name}': {self.output_shape}"


def layer_views(graph: Graph) -> list[LayerView]:
    """The layers of a graph, in the order they run in.

    Nodes that belong to no layer are layers by themselves. The change of an input's layout is
    left out.
    """
    groups: dict[str, list[Node]] = {}
    inputs = {value.name for value in graph.inputs}
    for node in graph.nodes:
        if not (is_layout_change(node) and node.inputs[0].name in inputs):
            groups.setdefault(node.layer or node.name, []).append(node)
    return [LayerView(name, graph, tuple(nodes)) for name, nodes in groups.items()]


def to_user(graph: Graph, value: Value) -> Array:
    """A copy of a parameter's numbers in Keras's layout."""
    channels = None
    if value.name.endswith(DEPTHWISE):
        groups = graph.users(value)[0].attrs["groups"]
        assert isinstance(groups, int)
        channels = groups
    return np.array(weight_to_user(value.name, _data(value), channels))


def is_layout_change(node: Node) -> bool:
    """Whether the node only turns [N, H, W, C] into [N, C, H, W] or back."""
    return node.op == "transpose" and node.attrs["perm"] in (TO_GRAPH, TO_USER)


def _convolution(nodes: tuple[Node, ...]) -> str:
    """Which convolution it is, by the names of its kernels."""
    first, *others = (node for node in nodes if node.op == "conv2d")
    if first.inputs[1].name.endswith(ROW):
        return "Conv1D"
    if not _is_depthwise(first):
        return "Conv2D"
    return "SeparableConv2D" if others else "DepthwiseConv2D"


def _is_depthwise(node: Node) -> bool:
    w = node.inputs[1]
    return w.shape[1] == 1 and node.attrs["groups"] != 1 and w.name.endswith(DEPTHWISE)


def _data(value: Value) -> Array:
    assert value.data is not None
    return value.data
