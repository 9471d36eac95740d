"""How the rest of a graph does without a unit."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.compress.cut.units import KERNELS, Unit
from fastcnn.compress.selection import layer_of
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph, Node, Value
from fastcnn.ops.window import Window
from fastcnn.passes import remove_dead_nodes
from fastcnn.typing import Attributes

_PASSING = (
    "max_pool2d", "average_pool2d", "global_average_pool2d", "global_max_pool2d", "relu",
    "leaky_relu", "clip", "sigmoid", "tanh", "scale", "dropout", "transpose", "reshape", "pad2d",
)  # fmt: skip
"""Ops without weights that take any number of channels."""


def resamplings(unit: Unit) -> tuple[str, ...]:
    """Ways to bring the entry of `unit` to the height and width of its exit.

    "identity" where they agree; else pooling over the window of the convolution that goes,
    "average" or "max". Nothing does that for a block.
    """
    if unit.kind == "block":
        return ("identity",) if unit.entry.type == unit.exit.type else ()
    conv = unit.nodes[0]
    if unit.kind == "branch" or conv.op != "conv2d":
        return ("identity",)
    window = window_of(conv)
    top, left, bottom, right = window.pads
    same = (top + bottom + 1, left + right + 1) == window.span and window.strides == (1, 1)
    return ("identity",) if same else ("average", "max")


def bypass(graph: Graph, unit: Unit, resampling: str) -> tuple[Graph, Value]:
    """The graph in which the readers of the unit's exit read its resampled entry.

    Returns:
        The graph, and what is read in place of the exit. Where the channels differ, the types
        downstream are wrong until the readers were refitted.
    """
    node = _in_between(graph, unit, resampling)
    there = unit.entry if node is None else node.output
    gone = {old.name for old in unit.nodes}
    nodes: list[Node] = []
    for old in graph.nodes:
        if old.name not in gone:
            inputs = tuple(there if v.name == unit.exit.name else v for v in old.inputs)
            nodes.append(replace(old, inputs=inputs))
        elif node is not None and old is unit.nodes[-1]:
            nodes.append(node)
    return remove_dead_nodes(replace(graph, nodes=tuple(nodes))), there


def readers_to_refit(graph: Graph, value: Value) -> list[Node]:
    """The convolutions and dense layers that a change of channels of `value` ends at.

    Raises:
        CompressionError: Something else depends on the number of channels.
    """
    found: dict[str, Node] = {}
    frontier = [value]
    while frontier:
        current = frontier.pop()
        if graph.is_result(current):
            raise CompressionError(f"'{current.name}' is an output of the model")
        for user in graph.users(current):
            if user.op in KERNELS and _can_refit(graph, user, current):
                found[user.name] = user
            elif user.op in _PASSING:
                frontier.append(user.output)
            else:
                raise CompressionError(
                    f"'{layer_of(user)}' ({user.op}) after it takes no other number of channels"
                )
    return [node for node in graph.nodes if node.name in found]


def _can_refit(graph: Graph, node: Node, source: Value) -> bool:
    kernel = node.inputs[1]
    return (
        kernel.is_parameter
        and node.attrs.get("groups", 1) == 1
        and len(graph.users(kernel)) == 1
        and [value.name for value in node.inputs].count(source.name) == 1
        and node.inputs[0].name == source.name
    )


def _in_between(graph: Graph, unit: Unit, resampling: str) -> Node | None:
    """The node that takes the place of the unit; None where the readers can read the entry."""
    first, last = unit.nodes[0], unit.nodes[-1]
    name, layer = last.name, last.layer
    activation = last.attrs.get("activation", "linear") if unit.kind == "branch" else "linear"
    op: str
    attrs: Attributes
    if resampling != "identity":
        op, attrs = f"{resampling}_pool2d", _pooling(first, resampling)
        name, layer = f"{first.name}/{op}", f"{layer_of(first)}_{op}"
    elif activation == "relu":
        op, attrs = "relu", {}
    elif activation == "relu6":
        op, attrs = "clip", {"low": 0.0, "high": 6.0}
    elif graph.is_result(unit.exit):
        op, attrs = "scale", {"factor": 1.0}
    else:
        return None
    shape = (*unit.entry.shape[:2], *unit.exit.shape[2:])
    there = replace(unit.exit, type=replace(unit.exit.type, shape=shape))
    return Node(name, op, (unit.entry,), (there,), attrs, layer)


def _pooling(conv: Node, resampling: str) -> Attributes:
    window = window_of(conv)
    attrs = {"kernel_size": window.span, "strides": window.strides, "pads": window.pads}
    return {**attrs, "count_include_pad": 0} if resampling == "average" else attrs


def window_of(conv: Node) -> Window:
    """The window of a convolution."""
    kernel, attrs = conv.inputs[1], conv.attrs
    return Window(
        kernel.shape[2:],  # type: ignore[arg-type]
        attrs["strides"],  # type: ignore[arg-type]
        attrs["pads"],  # type: ignore[arg-type]
        attrs["dilations"],  # type: ignore[arg-type]
    )
