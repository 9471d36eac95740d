"""Moves transposes towards the outputs, where they meet others and cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Node, Type, Value
from fastcnn.ops import get, infer, names
from fastcnn.ops.elementwise.elementwise import Elementwise
from fastcnn.passes.base import Patch, Rewrite
from fastcnn.typing import Attribute

Perm = tuple[int, ...]

_BROADCAST = (
    *("add", "subtract", "multiply", "divide", "minimum", "maximum", "power", "prelu", "where"),
    *("equal", "greater", "greater_or_equal", "less", "less_or_equal"),
    *("logical_and", "logical_or", "logical_xor"),
)
_ELEMENTWISE = (
    *(name for name in names() if isinstance(get(name), Elementwise)),
    *_BROADCAST,
)
_REDUCTIONS = (
    "reduce_sum",
    "reduce_mean",
    "reduce_max",
    "reduce_min",
    "reduce_prod",
    "reduce_l1",
    "reduce_l2",
    "reduce_sum_square",
    "reduce_log_sum",
    "reduce_log_sum_exp",
)
_OF_ONE_AXIS = ("concat", "slice", "softmax", "log_softmax")


class SinkTransposes(Rewrite):
    """Lets an op read what a transpose reads, and transposes what the op gives.

        op(transpose(x, p), transpose(y, p), c)  ->  transpose(op(x, y, transpose(c, q)), p)

    where q undoes p and c is constant or hardly has elements to move. Graphs for channels-last
    runtimes wrap every convolution in a pair of transposes; between two convolutions the second
    of one pair sinks until it meets the first of the next, and `merge_reshapes` takes both out.

    Applies to:
        Elementwise ops, concat, slice, pad, softmax and reductions, whose computed inputs of more
        than one axis longer than 1 all come from transposes of the same order.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Exact but for the order of the terms of a reduction.
    """

    name = "sink_transposes"
    anchors = (
        *_ELEMENTWISE,
        *_REDUCTIONS,
        *_OF_ONE_AXIS,
        "pad",
    )

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the op below the transposes."""
        if len(node.outputs) != 1:
            return None
        perm = _common_order(graph, node)
        attrs = None if perm is None else _attributes(node, perm)
        if perm is None or attrs is None:
            return None
        sources: list[Value] = []
        moved: list[Node] = []
        for value in node.inputs:
            above = graph.producer(value)
            if above is not None and above.op == "transpose":
                sources.append(above.inputs[0])
            elif value.data is not None:
                name = _fresh(graph, f"{node.name}/constant{len(sources)}")
                sources.append(_reordered(value, perm, name))
            else:
                moved.append(_undone(graph, node, value, perm, len(moved)))
                sources.append(moved[-1].output)
        types = infer(node.op, [value.type for value in sources], attrs)
        inner = Value(_fresh(graph, f"{node.output.name}/before"), types[0])
        order = _remaining(node, perm)
        if order == tuple(range(len(order))):
            return Patch((node,), (*moved, replace(node, inputs=tuple(sources), attrs=attrs)))
        below = Node(
            _fresh(graph, f"{node.name}/transpose"),
            "transpose",
            (inner,),
            node.outputs,
            {"perm": order},
            node.layer,
        )
        op = replace(node, inputs=tuple(sources), outputs=(inner,), attrs=attrs)
        return Patch((node,), (*moved, op, below))


def _common_order(graph: Graph, node: Node) -> Perm | None:
    """The order of the transposes above all inputs that have elements to move."""
    orders: set[Perm] = set()
    others: list[Value] = []
    for value in node.inputs:
        above = graph.producer(value)
        if above is not None and above.op == "transpose":
            orders.add(_perm(above))
        else:
            others.append(value)
    if len(orders) != 1:
        return None
    (perm,) = orders
    if any(value.type.rank > len(perm) for value in node.inputs):
        return None
    fits = all(value.data is not None or _has_one_axis(value, len(perm)) for value in others)
    return perm if fits and (node.op != "concat" or not others) else None


def _attributes(node: Node, perm: Perm) -> dict[str, Attribute] | None:
    """The op's attributes for inputs that are not transposed; None where there are none."""
    attrs = dict(node.attrs)
    if node.op in _ELEMENTWISE:
        return attrs
    if node.op in _OF_ONE_AXIS:
        axis = attrs.get("axis", 1)
        if not isinstance(axis, int) or (node.op == "slice" and len(node.inputs) > 1):
            return None
        return {**attrs, "axis": perm[axis]}
    if node.op in _REDUCTIONS and len(node.inputs) == 1:
        axes = attrs.get("axes", ())
        assert isinstance(axes, tuple)
        return {**attrs, "axes": tuple(sorted(perm[int(axis)] for axis in axes))}
    pads = attrs.get("pads")
    if node.op == "pad" and isinstance(pads, tuple):
        rank = len(perm)
        place = [perm.index(axis) for axis in range(rank)]
        moved = tuple(int(pads[i + offset]) for offset in (0, rank) for i in place)
        return {**attrs, "pads": moved}
    return None


def _remaining(node: Node, perm: Perm) -> Perm:
    """The order that makes the old output of the new one."""
    if node.op not in _REDUCTIONS or node.attrs.get("keepdims", 1):
        return perm
    axes = node.attrs.get("axes", ())
    assert isinstance(axes, tuple)
    gone = {perm[int(axis)] for axis in axes} or set(perm)
    kept = [axis for axis in perm if axis not in gone]
    return tuple(sorted(kept).index(axis) for axis in kept)


def _reordered(value: Value, perm: Perm, name: str) -> Value:
    """A constant for inputs that are not transposed; one that is the same for all is kept."""
    data = value.data
    assert data is not None
    if data.size == 1:
        return value
    wide = data.reshape((1,) * (len(perm) - data.ndim) + data.shape)
    moved = np.ascontiguousarray(wide.transpose(_inverse(perm)))
    return replace(value, name=name, data=moved, type=Type(moved.shape, value.type.dtype))


def _undone(graph: Graph, node: Node, value: Value, perm: Perm, count: int) -> Node:
    """A reshape that does what the inverse transpose would do to a value of one long axis."""
    extents = (1,) * (len(perm) - value.type.rank) + tuple(value.shape)
    shape = tuple(extents[axis] for axis in _inverse(perm))
    name = _fresh(graph, f"{node.name}/reordered{count}")
    target = tuple(-1 if extent is None else extent for extent in shape)
    return Node(
        name,
        "reshape",
        (value,),
        (Value(name, Type(shape, value.type.dtype)),),
        {"shape": target},
        node.layer,
    )


def _has_one_axis(value: Value, rank: int) -> bool:
    """Whether at most one axis has elements to move: a reshape can stand for any transpose."""
    return value.type.rank <= rank and sum(extent != 1 for extent in value.shape) <= 1


def _inverse(perm: Sequence[int]) -> Perm:
    return tuple(perm.index(axis) for axis in range(len(perm)))


def _perm(node: Node) -> Perm:
    perm = node.attrs["perm"]
    assert isinstance(perm, tuple)
    return tuple(int(axis) for axis in perm)


def _fresh(graph: Graph, name: str) -> str:
    """A name that neither a value nor a node of the graph has."""
    taken = {node.name for node in graph.nodes}
    while name in graph.values or name in taken:
        name += "_"
    return name
