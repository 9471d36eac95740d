"""How far one distribution is from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.losses.emit import sum_of_sample
from fastcnn.train.losses.loss import EPSILON, Loss, losses
from fastcnn.train.losses.targets import as_targets
from fastcnn.typing import Array


@losses.register("kl_divergence", "kullback_leibler_divergence", "kld")
@dataclass(frozen=True)
class KLDivergence(Loss):
    """The Kullback-Leibler divergence of the prediction from the target.

        loss = sum over i of t[i] log(t[i] / p[i])

    with t and p clipped to [1e-7, 1].

    Shape:
        prediction: any, the probabilities of a sample. labels: the same.

    Source:
        Kullback and Leibler, "On Information and Sufficiency", Annals of Mathematical Statistics
        22(1), 1951.
    """

    name: ClassVar[str] = "kl_divergence"

    def check(self, y: Array, prediction: Type) -> Array:
        return as_targets(self.name, y, prediction, low=0.0, high=1.0)

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        t, p = (g.apply("clip", x, low=EPSILON, high=1.0) for x in (target, prediction))
        logs = g.apply("subtract", g.apply("log", t), g.apply("log", p))
        return sum_of_sample(g, g.apply("multiply", t, logs))
