"""From a graph for any batch to a graph for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fastcnn.errors import ShapeError
from fastcnn.graph import Graph, Type, Value
from fastcnn.passes.resolve_shapes import resolve
from fastcnn.typing import Shape


def specialize(graph: Graph, shapes: Mapping[str, Shape]) -> Graph:
    """The same graph with inputs of the given shapes and all that follows from them.

    Every type is inferred anew; what depends on shapes alone becomes constants and attributes
    (`ResolveShapes`).

    Args:
        graph: Left as it is.
        shapes: By name of an input; an input that is not named keeps its type. A shape may fill
            in what the graph leaves open (None) and must agree with the rest.

    Raises:
        ShapeError: A shape contradicts the graph, or no input has that name.
    """
    inputs = {value.name: value for value in graph.inputs}
    for name, shape in shapes.items():
        if name not in inputs:
            raise ShapeError(f"specialize: no input is named '{name}'; there are {list(inputs)}")
        inputs[name] = _specialized(inputs[name], tuple(shape))
    return resolve(graph, inputs)[0]


def _specialized(value: Value, shape: Shape) -> Value:
    fits = len(shape) == value.type.rank and all(
        wanted is None or wanted == given for wanted, given in zip(value.shape, shape, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"input '{value.name}': takes {Type(value.shape)}, was given {Type(shape)} "
            "(? may be any extent)"
        )
    return replace(value, type=Type(shape, value.type.dtype))
