"""Names of layers, as the user gives them and as tables show them."""

from __future__ import annotations

from collections.abc import Iterable

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Node


def layer_of(node: Node) -> str:
    """The layer a node came from; the node's own name where there is none."""
    return node.layer or node.name


def check_layers(action: str, graph: Graph, names: Iterable[str]) -> frozenset[str]:
    """`names` as a set; raises InvalidValueError where the graph has no such layer."""
    chosen = frozenset([names] if isinstance(names, str) else names)
    known = dict.fromkeys(map(layer_of, graph.nodes))
    unknown = sorted(chosen - known.keys())
    if unknown:
        raise InvalidValueError(
            f"{action}: no layer is named '{unknown[0]}'; the layers are {', '.join(known)}"
        )
    return chosen


def check_share(action: str, name: str, share: float) -> float:
    """`share` as a float; raises InvalidValueError unless it is in [0, 1)."""
    if not 0 <= share < 1:
        raise InvalidValueError(f"{action}: {name} must be in [0, 1), it is {share}")
    return float(share)
