"""Precision and recall in one figure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss
from fastcnn.train.metrics.answers import above, stack, true_answers
from fastcnn.train.metrics.metric import Count, metrics, ratio
from fastcnn.typing import Array


@metrics.register("fbeta_score")
@dataclass(frozen=True)
class FBetaScore(Count):
    """The weighted harmonic mean of precision and recall, class by class.

        F = (1 + beta^2) precision recall / (beta^2 precision + recall)

    0 for a class that is neither answered nor true.

    Args:
        average: "macro": the mean over classes; "weighted": weighted by how often each is true;
            "micro": F of the answers for all classes taken together.
        beta: How many times more recall counts than precision.
        threshold: A prediction above it is a positive answer; None: the best scored class is.
        name: The key in logs and tables.

    Shape:
        prediction: [N, C]. target: the same, or class indices [N].

    Source:
        Van Rijsbergen, Information Retrieval, 1979, chapter 7.
    """

    average: Literal["macro", "micro", "weighted"] = "macro"
    beta: float = 1.0
    threshold: float | None = None
    name: str = "fbeta_score"

    def __post_init__(self) -> None:
        known = ("macro", "micro", "weighted")
        self.require(self.average in known, "average", f"one of {', '.join(known)}")
        self.require(self.beta > 0, "beta", "positive")

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        if prediction.type.rank != 2:
            raise InvalidValueError(
                f"{self.name}: takes class scores [N, C], the model gives {prediction.type}"
            )
        true = true_answers(g, self.name, prediction, target, loss)
        p = loss.probabilities(g, prediction)
        if self.threshold is None:
            best = g.apply("reduce_max", p, axes=(1,), keepdims=1)
            is_best = g.apply("cast", g.apply("greater_or_equal", p, best), dtype="float32")
            said = g.apply("multiply", is_best, above(g, p, 1e-9))
        else:
            said = above(g, p, self.threshold)
        both = g.apply("multiply", said, true)
        counts = [g.apply("reduce_sum", x, axes=(0,)) for x in (both, said, true)]
        return stack(g, *counts, name=self.name)

    def result(self, total: Array, samples: int) -> float:
        both, said, true = total.sum(axis=1, keepdims=True) if self.average == "micro" else total
        precision, recall = ratio(both, said), ratio(both, true)
        square = self.beta**2
        score = ratio((1 + square) * precision * recall, square * precision + recall)
        if self.average == "weighted":
            return float(ratio((score * true).sum()[None], true.sum()[None])[0])
        return float(score.mean())


@metrics.register("f1_score")
@dataclass(frozen=True)
class F1Score(FBetaScore):
    """The harmonic mean of precision and recall, class by class: `FBetaScore` with beta 1."""

    beta: float = field(default=1.0, init=False)
    name: str = "f1_score"

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["beta"]
        return config
