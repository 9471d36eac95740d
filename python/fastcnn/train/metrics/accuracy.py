"""The accuracy that fits the loss."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.losses.binary_crossentropy import BinaryCrossentropy
from fastcnn.train.losses.loss import Loss
from fastcnn.train.metrics.metric import Metric, metrics
from fastcnn.train.metrics.top_k import emit_top_k


@metrics.register("accuracy", "acc")
@dataclass(frozen=True)
class Accuracy(Metric):
    """The accuracy that fits the loss.

    Share of answers that are right where the loss is binary or the model gives one figure a
    sample; else share of samples whose best scored class is the true one.

    Shape:
        prediction: [N, C], or any for a binary loss. target: as the loss takes it.
    """

    @property
    def name(self) -> str:
        return "accuracy"

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        is_binary = isinstance(loss, BinaryCrossentropy) or prediction.shape[1:] == (1,)
        if is_binary and target.type == prediction.type:
            threshold = 0.5
            if isinstance(loss, BinaryCrossentropy) and loss.from_logits:
                threshold = 0.0
            return g.apply(
                "binary_correct", prediction, target, name=self.name, threshold=threshold
            )
        return emit_top_k(g, self.name, prediction, target, 1)
