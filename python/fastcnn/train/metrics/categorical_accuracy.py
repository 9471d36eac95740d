"""Share of samples whose best scored class is the true one, by one-hot row."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss
from fastcnn.train.metrics.metric import Metric, metrics
from fastcnn.train.metrics.top_k import emit_top_k


@metrics.register("categorical_accuracy")
@dataclass(frozen=True)
class CategoricalAccuracy(Metric):
    """Share of samples whose best scored class is the true one.

        mean over n of [argmax p[n] = argmax t[n]]

    Shape:
        prediction: [N, C]. target: [N, C].
    """

    @property
    def name(self) -> str:
        return "categorical_accuracy"

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        if target.type.dtype == "int32":
            raise InvalidValueError(
                f"{self.name}: takes one row a sample, {loss.name} has class indices; use "
                "'sparse_categorical_accuracy'"
            )
        return emit_top_k(g, self.name, prediction, target, 1)
