"""The typical distance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss, elements
from fastcnn.train.metrics.metric import Metric, metrics
from fastcnn.typing import Array


@metrics.register("root_mean_squared_error", "rmse")
@dataclass(frozen=True)
class RootMeanSquaredError(Metric):
    """The root of the mean squared difference over all elements of all samples.

        sqrt(mean over n, i of (f[n, i] - y[n, i])^2)

    Shape:
        prediction: any. target: the same.
    """

    @property
    def name(self) -> str:
        return "root_mean_squared_error"

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        if target.type != prediction.type:
            raise InvalidValueError(
                f"{self.name}: takes targets {prediction.type}, {loss.name} has {target.type}"
            )
        factor = 1.0 / elements(prediction.type)
        return g.apply("squared_error", prediction, target, name=self.name, factor=factor)

    def result(self, total: Array, samples: int) -> float:
        return math.sqrt(super().result(total, samples))
