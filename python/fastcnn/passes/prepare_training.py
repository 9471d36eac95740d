"""From the inference form of a graph to its training form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Node, Type, Value, verify
from fastcnn.ops import infer as infer_op
from fastcnn.typing import Attribute


def prepare_training(graph: Graph, step: str = "step") -> Graph:
    """Makes batch normalisation and dropout behave as in training.

    - `batch_norm` becomes `batch_norm_train`, which normalises by the statistics of the batch, and
      two updates that move the stored statistics towards them; a frozen one, whose scale and shift
      are parameters that no optimiser may change, keeps its stored statistics.
    - `dropout` becomes `dropout_train`, which reads the new int32 scalar input `step`; each node
      draws from the stream of its own seed. With `whole_channels` it is applied to a one for each
      channel of each sample, and the channels are multiplied by the result.

    Keeps:
        The names and shapes of every input and output, and every parameter.
    """
    counter = Value(step, Type((), "int32"))
    nodes: list[Node] = []
    updates = list(graph.updates)
    for node in graph.nodes:
        if node.op == "batch_norm" and not _is_frozen(node):
            train, averages = _train_batch_norm(node)
            nodes += [train, *averages]
            updates += [(average.inputs[0], average.output) for average in averages]
        elif node.op == "dropout":
            nodes += _train_dropout(node, counter)
        else:
            nodes.append(node)
    prepared = Graph((*graph.inputs, counter), graph.outputs, tuple(nodes), tuple(updates))
    verify(prepared)
    return prepared


def _is_frozen(node: Node) -> bool:
    scale_and_shift = [value for value in node.inputs[1:3] if value.is_parameter]
    return bool(scale_and_shift) and not any(value.is_trainable for value in scale_and_shift)


def _train_dropout(node: Node, step: Value) -> list[Node]:
    attrs = {name: node.attrs[name] for name in ("rate", "seed")}
    (x,) = node.inputs
    if not node.attrs.get("whole_channels"):
        return [replace(node, op="dropout_train", inputs=(x, step), attrs=attrs)]

    nodes: list[Node] = []

    def append(op: str, *inputs: Value, what: str, **attrs: Attribute) -> Value:
        (type_,) = infer_op(op, [value.type for value in inputs], attrs)
        value = Value(f"{node.name}/{what}", type_)
        nodes.append(Node(value.name, op, inputs, (value,), attrs, node.layer))
        return value

    one = Value(f"{node.name}/one", Type(()), np.ones((), np.float32))
    extents = append("shape_of", x, what="extents", start=0, stop=2)
    ones = append("expand", one, extents, what="ones")
    kept = append("dropout_train", ones, step, what="kept", **attrs)
    pixels = tuple(range(2, x.type.rank))
    mask = append("unsqueeze", kept, what="mask", axes=pixels)
    return [*nodes, replace(node, op="multiply", inputs=(x, mask), attrs={})]


def _train_batch_norm(node: Node) -> tuple[Node, list[Node]]:
    x, gamma, beta, mean, variance = node.inputs
    batch = [
        Value(f"{node.name}/batch_{what}", mean.type) for what in ("mean", "variance", "inv_std")
    ]
    train = replace(
        node,
        op="batch_norm_train",
        inputs=(x, gamma, beta),
        outputs=(node.output, *batch),
        attrs={name: value for name, value in node.attrs.items() if name != "momentum"},
    )
    averages = [
        Node(
            f"{old.name}/average",
            "moving_average",
            (old, new),
            (Value(f"{old.name}/average", old.type),),
            {"momentum": node.attrs["momentum"]},
            node.layer,
        )
        for old, new in ((mean, batch[0]), (variance, batch[1]))
        if old.is_parameter
    ]
    return train, averages
