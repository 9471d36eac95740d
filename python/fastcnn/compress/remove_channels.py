"""Takes channels out of a graph, with everything that depends on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from fastcnn.compress.channels import Axis, Group
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph, Node, Value
from fastcnn.passes import infer
from fastcnn.typing import Attributes

Kept = dict[Axis, npt.NDArray[np.bool_]]


def remove_channels(graph: Graph, groups: Iterable[Group]) -> Graph:
    """The same graph without the channels of the given groups.

    Parameters lose the tied indices, attributes that count channels follow, and all types are
    inferred anew.

    Raises:
        CompressionError: A group is fixed, or an axis would be left empty.
    """
    kept = _kept(graph, groups)
    smaller = {
        name: value.with_data(_taken(value, kept))
        for name, value in graph.values.items()
        if value.data is not None
    }
    graph = graph.with_values(smaller)
    nodes = tuple(replace(node, attrs=_followed(node, kept)) for node in graph.nodes)
    return infer(replace(graph, nodes=nodes))


def _kept(graph: Graph, groups: Iterable[Group]) -> Kept:
    kept: Kept = {}
    for group in groups:
        for (name, axis), indices in group.members.items():
            if group.fixed:
                raise CompressionError(
                    f"prune: the channels {indices.tolist()} of axis {axis} of '{name}' are fixed"
                )
            if (name, axis) not in kept:
                kept[name, axis] = np.ones(graph.values[name].shape[axis] or 0, np.bool_)
            kept[name, axis][indices] = False
    for (name, axis), mask in kept.items():
        if not mask.any():
            raise CompressionError(f"prune: axis {axis} of '{name}' would keep no channel")
    return kept


def _taken(value: Value, kept: Kept) -> npt.NDArray[np.generic]:
    data = value.data
    assert data is not None
    for axis in range(data.ndim):
        mask = kept.get((value.name, axis))
        if mask is not None:
            data = np.compress(mask, data, axis)
    return data


def _followed(node: Node, kept: Kept) -> Attributes:
    """The attributes of `node`, whose parameters are smaller already, without the channels."""
    if node.op == "conv2d" and node.attrs["groups"] != 1:
        x, w = node.inputs[:2]
        channels = _count(x, 1, kept)
        assert isinstance(w.shape[1], int)
        return {**node.attrs, "groups": channels // w.shape[1]}
    if node.op == "slice":
        axis, start, stop = (node.attrs[name] for name in ("axis", "start", "stop"))
        assert isinstance(axis, int)
        assert isinstance(start, int)
        assert isinstance(stop, int)
        mask = kept.get((node.inputs[0].name, axis))
        if mask is not None:
            start, stop = int(mask[:start].sum()), int(mask[:stop].sum())
        return {**node.attrs, "start": start, "stop": stop}
    if node.op == "reshape":
        shape = node.attrs["shape"]
        assert isinstance(shape, tuple)
        extents = (
            _count(node.output, axis, kept) if extent > 0 else extent
            for axis, extent in enumerate(shape)
        )
        return {**node.attrs, "shape": tuple(extents)}
    return node.attrs


def _count(value: Value, axis: int, kept: Kept) -> int:
    mask = kept.get((value.name, axis))
    if mask is not None:
        return int(mask.sum())
    extent = value.shape[axis]
    assert extent is not None, value
    return extent
