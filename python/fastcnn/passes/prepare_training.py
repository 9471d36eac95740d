"""From the inference form of a graph to its training form."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node, Type, Value, verify


def prepare_training(graph: Graph, step: str = "step") -> Graph:
    """Makes batch normalisation and dropout behave as in training.

    - `batch_norm` becomes `batch_norm_train`, which normalises by the statistics of the batch, and
      two updates that move the stored statistics towards them; a frozen one, whose scale and shift
      are parameters that no optimiser may change, keeps its stored statistics.
    - `dropout` becomes `dropout_train`, which reads the new int32 scalar input `step`; each node
      draws from the stream of its own seed.

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
            nodes.append(replace(node, op="dropout_train", inputs=(*node.inputs, counter)))
        else:
            nodes.append(node)
    prepared = Graph((*graph.inputs, counter), graph.outputs, tuple(nodes), tuple(updates))
    verify(prepared)
    return prepared


def _is_frozen(node: Node) -> bool:
    scale_and_shift = [value for value in node.inputs[1:3] if value.is_parameter]
    return bool(scale_and_shift) and not any(value.is_trainable for value in scale_and_shift)


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
        attrs={"epsilon": node.attrs["epsilon"]},
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
