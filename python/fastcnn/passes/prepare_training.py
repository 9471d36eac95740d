"""From the inference form of a graph to its training form."""

from __future__ import annotations

from fastcnn.graph import Graph, Node, Value
from fastcnn.ops import Builder


def prepare_training(graph: Graph, step: str = "step") -> Graph:
    """Makes batch normalisation and dropout behave as in training.

    - `batch_norm` becomes `batch_norm_train`, which normalises by the statistics of the batch, and
      two updates that move the stored statistics towards them.
    - `dropout` becomes `dropout_train`, which reads the new int32 scalar input `step`; every
      dropout node draws from a stream of its own.

    Keeps:
        The names and shapes of every input and output, and every parameter.
    """
    g = Builder(Graph(graph.inputs, (), ()))
    counter = g.input(step, (), "int32")
    new: dict[str, Value] = {}
    updates: list[tuple[Value, Value]] = []
    for node in graph.nodes:
        inputs = tuple(new.get(value.name, value) for value in node.inputs)
        if node.op == "batch_norm":
            new[node.output.name] = _batch_norm(g, node, inputs, updates)
        elif node.op == "dropout":
            new[node.output.name] = g.apply(
                "dropout_train", *inputs, counter, name=node.name, layer=node.layer, **node.attrs
            )
        else:
            outputs = g.apply_all(node.op, *inputs, name=node.name, layer=node.layer, **node.attrs)
            new.update({old.name: value for old, value in zip(node.outputs, outputs, strict=True)})
    for old, value in (*updates, *graph.updates):
        g.update(old, new.get(value.name, value))
    return g.build([new.get(value.name, value) for value in graph.outputs])


def _batch_norm(
    g: Builder, node: Node, inputs: tuple[Value, ...], updates: list[tuple[Value, Value]]
) -> Value:
    x, gamma, beta, mean, variance = inputs
    y, batch_mean, batch_variance, _ = g.apply_all(
        "batch_norm_train", x, gamma, beta, name=node.name, layer=node.layer,
        epsilon=node.attrs["epsilon"],
    )
    momentum = node.attrs["momentum"]
    for old, batch in ((mean, batch_mean), (variance, batch_variance)):
        if old.is_parameter:
            updates.append((old, g.apply("moving_average", old, batch, momentum=momentum)))
    return y
