"""What compression says it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastcnn.compress.cost import cost
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.models.record import Record as Record


def recorded(model: Model, graph: Graph, kind: str, text: str, details: Mapping[str, Any]) -> Model:
    """`model` with another graph, and a record of how that came about.

    The record holds `details`, and the cost before and after as `summary()` shows it.
    """
    sides = {"before": cost(model).figures(), "after": cost(model.with_graph(graph)).figures()}
    return model.with_graph(graph, Record(kind, text, {**details, **sides}))
