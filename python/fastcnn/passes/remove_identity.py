"""Removes nodes that change nothing."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
from fastcnn.passes.base import Patch, Rewrite


class RemoveIdentity(Rewrite):
    """Removes nodes whose output is their input.

    Applies to:
        dropout (at inference), scale by 1, transpose that keeps the order, reshape and expand to
        the same shape, slice of everything, concat of one, pad by nothing, tile by ones, cast to
        the same type, and relu of what a relu gave.
    Keeps:
        The name and shape of every input and output: where the node defines an output, what
        feeds it takes that name, and where that is not possible the node stays.
    Numerics:
        Exact.
    """

    name = "remove_identity"
    anchors = (
        "dropout",
        "scale",
        "transpose",
        "reshape",
        "slice",
        "concat",
        "pad",
        "pad2d",
        "expand",
        "tile",
        "cast",
        "relu",
    )
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the node that may be an identity."""
        if not _is_identity(graph, node):
            return None
        x, y = node.inputs[0], node.output
        if not graph.is_result(y):
            return Patch(old=(node,), aliases={y.name: x})
        source = graph.producer(x)
        if source is None or graph.is_result(x):
            return None
        outputs = tuple(y if value.name == x.name else value for value in source.outputs)
        named = replace(source, outputs=outputs)
        return Patch(old=(source, node), new=(named,), aliases={x.name: y})


def _is_identity(graph: Graph, node: Node) -> bool:
    attrs, x, y = node.attrs, node.inputs[0], node.output
    if node.op == "dropout":
        return True
    if node.op == "scale":
        return attrs["factor"] == 1
    if node.op == "transpose":
        perm = attrs["perm"]
        return isinstance(perm, tuple) and perm == tuple(range(len(perm)))
    if node.op == "concat":
        return len(node.inputs) == 1
    if node.op == "relu":
        return _is_rectified(graph.producer(x))
    if node.op == "cast":
        return x.type.dtype == y.type.dtype
    if node.op == "reshape":
        return x.shape == y.shape and x.shape.count(None) <= 1
    if node.op == "slice":
        axis = node.integer("axis")
        return attrs.get("step", 1) == 1 and x.shape[axis] == y.shape[axis] is not None
    if node.op in ("pad", "pad2d"):
        return not any(_integers(node, "pads", (1,)))
    if node.op == "tile":
        return set(_integers(node, "repeats", (2,))) <= {1}
    return x.shape == y.shape and None not in x.shape


def _integers(node: Node, name: str, otherwise: tuple[int, ...]) -> tuple[int, ...]:
    """The attribute, or `otherwise` while it is late."""
    return node.integers(name) if name in node.attrs else otherwise


def _is_rectified(source: Node | None) -> bool:
    return source is not None and (
        source.op == "relu" or source.attrs.get("activation") in ("relu", "relu6")
    )
