"""From a graph to the layers a report shows."""

from __future__ import annotations

from fastcnn.graph import Graph
from fastcnn.models import LayerView
from fastcnn.models.layer_view import layer_views
from fastcnn.report.data import Layer


def layers_of(graph: Graph) -> tuple[Layer, ...]:
    """The layers of `graph` in the order they run, as its summary names them.

    A parameter that several layers share counts in each of them; the multiply-accumulates of a
    layer whose image size is open count as 0.
    """
    return tuple(map(_layer, layer_views(graph)))


def _layer(view: LayerView) -> Layer:
    extents = view.output_shape[1:]
    return Layer(
        name=view.name,
        kind=view.kind,
        shape=" x ".join("?" if extent is None else str(extent) for extent in extents),
        parameters=view.count_params(),
        nonzeros=view.count_nonzeros(),
        macs=view.macs() or 0,
    )
