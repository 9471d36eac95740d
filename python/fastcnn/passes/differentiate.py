"""Reverse-mode differentiation, as a pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import GraphError
from fastcnn.graph import Graph, Value
from fastcnn.ops import Builder, get
from fastcnn.ops.late import split_late


def differentiate(
    graph: Graph, loss: Value, wrt: Sequence[Value]
) -> tuple[Builder, dict[str, Value]]:
    """Appends the gradient of a scalar by each of several values.

        grad_v = sum over the users u of v of  (d u / d v)^T grad_u

    Each op states its own part (`Op.gradient`); a gradient is built only where a value of `wrt`
    lies upstream.

    Args:
        graph: Holds `loss` and everything in `wrt`. Left as it is.
        loss: A scalar of the graph.
        wrt: The values to differentiate by.

    Returns:
        A builder that holds the graph and the gradients, and the gradients by name of the value.
        A value that the loss does not depend on is missing from the dict.

    Source:
        Linnainmaa, "Taylor expansion of the accumulated rounding error", BIT 16, 1976.
    """
    if loss.shape != ():
        raise GraphError(f"differentiate: the loss must be a scalar, '{loss.name}' is {loss.type}")
    needed = _downstream(graph, {value.name for value in wrt})
    g = Builder(graph)
    seed = g.constant(f"grad/{loss.name}", np.ones((), np.float32))
    grads: dict[str, Value] = {loss.name: seed}
    for node in reversed(graph.nodes):
        grad_outputs = [grads.get(value.name) for value in node.outputs]
        if all(grad is None for grad in grad_outputs):
            continue
        if not any(value.name in needed for value in node.inputs):
            continue
        grad_inputs = get(node.op).gradient(g, node, *grad_outputs)
        proper, _ = split_late(get(node.op), node.inputs, node.attrs)
        for value, grad in zip(proper, grad_inputs, strict=True):
            if grad is None or value.name not in needed:
                continue
            before = grads.get(value.name)
            grads[value.name] = grad if before is None else g.apply("add", before, grad)
    return g, {value.name: grads[value.name] for value in wrt if value.name in grads}


def _downstream(graph: Graph, names: set[str]) -> set[str]:
    """`names` and everything computed from them."""
    reached = set(names)
    for node in graph.nodes:
        if any(value.name in reached for value in node.inputs):
            reached.update(value.name for value in node.outputs)
    return reached
