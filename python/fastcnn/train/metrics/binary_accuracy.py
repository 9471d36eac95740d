"""Share of yes-or-no answers that are right."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss
from fastcnn.train.metrics.metric import Metric, metrics


@metrics.register("binary_accuracy")
@dataclass(frozen=True)
class BinaryAccuracy(Metric):
    """Share of yes-or-no answers that are right.

        mean over n, i of [(p[n, i] > threshold) = (t[n, i] > 1/2)]

    Args:
        threshold: Above it a prediction counts as yes.

    Shape:
        prediction: any. target: the same.
    """

    threshold: float = 0.5

    @property
    def name(self) -> str:
        return "binary_accuracy"

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        if target.type != prediction.type:
            raise InvalidValueError(
                f"{self.name}: takes targets {prediction.type}, {loss.name} has {target.type}; "
                "use 'accuracy'"
            )
        return g.apply(
            "binary_correct", prediction, target, name=self.name, threshold=float(self.threshold)
        )
