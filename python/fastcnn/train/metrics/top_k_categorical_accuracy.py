"""Share of samples whose true class is among the k best scored."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss
from fastcnn.train.metrics.metric import Metric, metrics
from fastcnn.train.metrics.top_k import emit_top_k


@metrics.register("top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy")
@dataclass(frozen=True)
class TopKCategoricalAccuracy(Metric):
    """Share of samples whose true class is among the k best scored.

    Takes class indices and one-hot rows alike. By name: "top_5_accuracy", with any k.

    Args:
        k: How many classes count as found.

    Shape:
        prediction: [N, C], C at least k. target: as the loss takes it.
    """

    k: int = 5

    def __post_init__(self) -> None:
        self.require(self.k >= 1, "k", "at least 1")

    @property
    def name(self) -> str:
        return f"top_{self.k}_accuracy"

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        return emit_top_k(g, self.name, prediction, target, self.k)
