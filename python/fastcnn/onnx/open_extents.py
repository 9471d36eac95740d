"""Names for extents that are open."""

from __future__ import annotations

from fastcnn.errors import FastcnnError
from fastcnn.graph import Graph, Type, Value
from fastcnn.passes import specialize

BATCH = "N"


class OpenExtents:
    """Gives each open extent of a value its name in ONNX.

    The batch is "N" wherever it is found: in the inputs' first axis, and where an extent is 2 for
    two samples and 3 for three. Other open extents of inputs bear the input's name and the axis;
    those of other values have no name, which says that nothing is known of them.
    """

    def __init__(self, graph: Graph) -> None:
        self._inputs = {value.name for value in graph.inputs}
        self._two, self._three = _types_for(graph, 2), _types_for(graph, 3)

    def shape(self, value: Value) -> list[int | str | None]:
        """The extents of a value: numbers, names, or None where nothing is known."""
        return [
            self._name(value, axis) if extent is None else extent
            for axis, extent in enumerate(value.shape)
        ]

    def _name(self, value: Value, axis: int) -> str | None:
        is_input = value.name in self._inputs
        if is_input:
            return BATCH if axis == 0 else f"{value.name}.{axis}"
        is_batch = [
            value.name in types and types[value.name].shape[axis] == batch
            for types, batch in ((self._two, 2), (self._three, 3))
        ]
        return BATCH if all(is_batch) else None


def _types_for(graph: Graph, batch: int) -> dict[str, Type]:
    """Types of all values for a batch of that size; none, where the graph refuses it."""
    shapes = {
        value.name: (batch, *value.shape[1:])
        for value in graph.inputs
        if value.shape and value.shape[0] is None
    }
    try:
        values = specialize(graph, shapes).values
    except FastcnnError:
        return {}
    return {name: value.type for name, value in values.items()}
