"""Runs a graph on the ops' NumPy references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Value
from fastcnn.ops import op as registry
from fastcnn.ops.late import as_attribute, split_late
from fastcnn.typing import Array, Attributes


def evaluate(
    graph: Graph, feeds: Mapping[str, Array], *, dtype: type[np.floating] = np.float64
) -> dict[str, Array]:
    """Values of every edge of `graph`, by name, computed in `dtype`.

    Slow and exact: the truth that kernels and passes are tested against.

    Args:
        graph: What to run. Its updates are computed, not carried out.
        feeds: One array for each input, by name.
        dtype: The floating type everything is computed in.
    """
    missing = [value.name for value in graph.inputs if value.name not in feeds]
    if missing:
        raise InvalidValueError(f"evaluate: no array was given for the inputs {missing}")
    known: dict[str, Array] = {}

    def read(value: Value) -> Array:
        if value.name not in known:
            assert value.data is not None, value
            known[value.name] = _as(dtype, value.data)
        return known[value.name]

    for value in graph.inputs:
        known[value.name] = _as(dtype, np.asarray(feeds[value.name]))
    with np.errstate(all="ignore"):  # infinities and NaNs follow IEEE 754, as in the kernels
        for node in graph.nodes:
            arrays = _run(node.op, list(map(read, node.inputs)), node.attrs)
            for value, array in zip(node.outputs, arrays, strict=True):
                known[value.name] = _as(dtype, array)
    for value in (*graph.outputs, *(new for _, new in graph.updates)):
        read(value)
    return known


def run_reference(op: str, inputs: Sequence[Array], attrs: Attributes) -> list[Array]:
    """Outputs of one op, always as a list; floats are computed in float64."""
    with np.errstate(all="ignore"):
        return _run(op, [_as(np.float64, array) for array in inputs], attrs)


def _run(op: str, inputs: Sequence[Array], attrs: Attributes) -> list[Array]:
    definition = registry.get(op)
    inputs, late = split_late(definition, inputs, attrs)
    bound = {name: as_attribute(definition, name, array) for name, array in late.items()}
    result = definition.reference(*inputs, **{**attrs, **bound})
    return [np.asarray(array) for array in (result if isinstance(result, tuple) else (result,))]


def _as(dtype: type[np.floating], array: Array) -> Array:
    return array.astype(dtype) if np.issubdtype(array.dtype, np.floating) else array
