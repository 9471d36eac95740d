"""Loss and metrics of a model on data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastcnn import train
from fastcnn.compress.samples import Samples
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph
from fastcnn.models import Model


@dataclass(frozen=True)
class Quality:
    """How good a model is on some data.

    Args:
        loss: As the model was compiled, without penalties on weights.
        accuracy: Share of right answers; None where the model was compiled without such a metric.
        metrics: All of them by name.
    """

    loss: float
    accuracy: float | None
    metrics: Mapping[str, float]

    def better_than(self, other: Quality) -> bool:
        """Whether the accuracy is higher; between equals, or without it, the loss lower."""
        if self.accuracy is None or other.accuracy is None or self.accuracy == other.accuracy:
            return self.loss < other.loss
        return self.accuracy > other.accuracy


def quality(model: Model, samples: Samples) -> Quality:
    """Loss and metrics of `model`.

    Raises:
        CompressionError: The model is not compiled.
    """
    settings = model.settings
    if settings is None:
        raise CompressionError(
            f"{model.name}: to measure its loss, call model.compile(loss=..., metrics=...) first"
        )
    figures = train.evaluate(
        _without_penalties(model.graph),
        samples.x,
        samples.y,
        loss=settings["loss"],
        metrics=settings["metrics"],
    )
    accuracy = next((value for name, value in figures.items() if "accuracy" in name), None)
    return Quality(figures["loss"], accuracy, figures)


def _without_penalties(graph: Graph) -> Graph:
    changed = {
        name: replace(value, traits=replace(value.traits, l1=0.0, l2=0.0))
        for name, value in graph.parameters.items()
        if value.traits is not None and (value.traits.l1 or value.traits.l2)
    }
    return graph.with_values(changed) if changed else graph
