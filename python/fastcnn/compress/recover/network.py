"""Models and graphs alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.train.data import read_inputs
from fastcnn.typing import Array

Network = TypeVar("Network", bound=Graph | Model)


def changed(
    action: str, network: Network, x: Any, change: Callable[[Graph, dict[str, Array]], Graph]
) -> Network:
    """`network`, a model or a graph, with its graph changed by what samples show.

    Args:
        action: For messages.
        network: Left as it is.
        x: One array, or a dict by input name.
        change: Takes a graph, and samples by input name.
    """
    graph = network.graph if isinstance(network, Model) else network
    made = change(graph, read_inputs(graph, x, caller=action))
    result = network.with_graph(made) if isinstance(network, Model) else made
    return cast(Network, result)
