"""Each layer from the model that the user chose for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastcnn.compress.fuse.compact import average
from fastcnn.compress.fuse.same import correspond
from fastcnn.compress.selection import check_layers, layer_of
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph

AVERAGE = "average"


def mixed(graphs: Sequence[Graph], layers: Mapping[str, str | int]) -> Graph:
    """The first graph with the parameters that were chosen for each layer.

    Args:
        graphs: Built alike, their neurons in one order.
        layers: By name of a layer of the first graph: "average", or the place of the graph that
            gives it, from 0. Layers not named are averaged.

    Raises:
        InvalidValueError: No layer has such a name, or no graph such a place.
    """
    first = graphs[0]
    check_layers("fuse", first, layers)
    names = correspond(graphs)
    merged = average(graphs)
    for layer, choice in layers.items():
        if choice == AVERAGE:
            continue
        if not isinstance(choice, int) or not 0 <= choice < len(graphs):
            raise InvalidValueError(
                f"fuse: layers['{layer}'] must be '{AVERAGE}' or the place of a model, from 0 to "
                f"{len(graphs) - 1}, it is {choice!r}"
            )
        own = {
            value.name: graphs[choice].values[names[choice][value.name]].data
            for node in first.nodes
            if layer_of(node) == layer
            for value in node.inputs
            if value.is_parameter
        }
        merged = merged.with_data({name: data for name, data in own.items() if data is not None})
    return merged
