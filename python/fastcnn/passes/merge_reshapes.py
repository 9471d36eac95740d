"""Merges neighbouring transposes and reshapes."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from fastcnn.graph import Graph, Node, Value
from fastcnn.passes.base import Patch, Rewrite
from fastcnn.typing import Shape


class MergeReshapes(Rewrite):
    """Makes one node of two that only move elements, and reshapes of all that move none.

        transpose(transpose(x, p), q)          -> transpose(x, r),  r[i] = p[q[i]]
        reshape(reshape(x))                    -> reshape(x)
        transpose that moves only extents of 1 -> reshape
        flatten, squeeze, unsqueeze            -> reshape

    A pair that cancels becomes an identity, which `remove_identity` takes out.

    Applies to:
        Shapes that leave at most the first extent open.
    Keeps:
        The name and shape of every input and output. The first node of a pair stays for its other
        readers; otherwise it goes as dead.
    Numerics:
        Exact.
    """

    name = "merge_reshapes"
    anchors = ("transpose", "reshape", "flatten", "squeeze", "unsqueeze")

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the second node of a pair."""
        if _moves_nothing(node):
            shape = _target(node.inputs[0].shape, node.output.shape)
            return Patch(old=(node,), new=(replace(node, op="reshape", attrs={"shape": shape}),))
        first = graph.producer(node.inputs[0])
        if first is None or first.op != node.op or node.op not in ("transpose", "reshape"):
            return None
        x = first.inputs[0]
        if node.op == "transpose":
            p, q = first.integers("perm"), node.integers("perm")
            return _merged(graph, first, node, x, {"perm": tuple(p[i] for i in q)})
        if not (_is_closed(x.shape) and _is_closed(node.output.shape)):
            return None
        return _merged(graph, first, node, x, {"shape": _target(x.shape, node.output.shape)})


def _merged(
    graph: Graph, first: Node, node: Node, x: Value, attrs: dict[str, tuple[int, ...]]
) -> Patch:
    merged = replace(node, inputs=(x,), attrs=attrs)
    only = graph.sole_user(first.output) is node
    return Patch(old=(first, node) if only else (node,), new=(merged,))


def _moves_nothing(node: Node) -> bool:
    """Whether a node other than a reshape does what a reshape does."""
    if node.op == "transpose":
        return _is_idle(node)
    shapes = (node.inputs[0].shape, node.output.shape)
    return node.op != "reshape" and all(map(_is_closed, shapes))


def _is_idle(node: Node) -> bool:
    """Whether the axes longer than 1 keep their order (and some axis moves)."""
    perm, shape = node.integers("perm"), node.inputs[0].shape
    if perm == tuple(range(len(perm))) or not _is_closed(shape) or perm[0] != 0:
        return False
    moved = [axis for axis in perm if shape[axis] != 1]
    return moved == sorted(moved)


def _is_closed(shape: Shape) -> bool:
    return len(shape) > 0 and None not in shape[1:] and 0 not in shape


def _target(x: Shape, y: Shape) -> tuple[int, ...]:
    """The `shape` attribute that makes `y` of `x`: an open first extent is copied if it can be."""
    inner_x, inner_y = ([extent for extent in shape[1:] if extent is not None] for shape in (x, y))
    copied = x[0] == y[0] and prod(inner_x) == prod(inner_y)
    return (0 if copied else -1 if y[0] is None else y[0], *inner_y)
