"""The area under a curve over all thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss
from fastcnn.train.metrics.answers import stack, true_answers
from fastcnn.train.metrics.metric import Count, metrics, ratio
from fastcnn.typing import Array

BEYOND = 1e-7
"""How far the first and last threshold lie outside [0, 1]."""


@metrics.register("auc")
@dataclass(frozen=True)
class AUC(Count):
    """The area under a curve whose points are thresholds.

        ROC: recall over the share of false positives among all that is not true
        PR:  precision over recall

    Each of the T thresholds -1e-7, 1 / (T - 1), 2 / (T - 1), ..., 1 + 1e-7 asks which predictions
    are greater. A batch needs room for T numbers an answer.

    Args:
        num_thresholds: T.
        curve: "ROC" or "PR".
        summation_method: How the curve runs between its points: "interpolation", straight (of PR:
            true and false positives do); "minoring", on the lower one; "majoring", on the higher.
        name: The key in logs and tables.

    Shape:
        prediction: any, within [0, 1]. target: the same, or class indices for [N, C]; the answers
        for all classes are taken together.

    Source:
        Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves", ICML 2006:
        interpolation of PR.
    """

    num_thresholds: int = 200
    curve: Literal["ROC", "PR"] = "ROC"
    summation_method: Literal["interpolation", "minoring", "majoring"] = "interpolation"
    name: str = "auc"

    def __post_init__(self) -> None:
        self.require(self.num_thresholds >= 2, "num_thresholds", "at least 2")
        self.require(self.curve in ("ROC", "PR"), "curve", "'ROC' or 'PR'")
        methods = ("interpolation", "minoring", "majoring")
        is_known = self.summation_method in methods
        self.require(is_known, "summation_method", f"one of {', '.join(methods)}")

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        thresholds = np.linspace(0, 1, self.num_thresholds, dtype=np.float32)
        thresholds[0], thresholds[-1] = -BEYOND, 1 + BEYOND
        row = g.constant("thresholds", thresholds[None])
        true = true_answers(g, self.name, prediction, target, loss)
        p = loss.probabilities(g, prediction)
        true, p = (g.apply("reshape", x, shape=(-1, 1)) for x in (true, p))
        said = g.apply("cast", g.apply("greater", p, row), dtype="float32")
        both = g.apply("multiply", said, true)
        counts = [g.apply("reduce_sum", x, axes=(0,)) for x in (both, said)]
        return stack(g, *counts, name=self.name)

    def result(self, total: Array, samples: int) -> float:
        both, said = total
        true, answers = both[0], said[0]
        if self.curve == "PR" and self.summation_method == "interpolation":
            return _interpolated_pr(both, said, true)
        recall = ratio(both, np.full_like(both, true))
        if self.curve == "PR":
            x, y = recall, ratio(both, said)
        else:
            x, y = ratio(said - both, np.full_like(both, answers - true)), recall
        low, high = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
        heights = {"interpolation": (low + high) / 2, "minoring": low, "majoring": high}
        return float(((x[:-1] - x[1:]) * heights[self.summation_method]).sum())


def _interpolated_pr(both: Array, said: Array, true: float) -> float:
    """The area where true positives grow in proportion to positive answers between two points."""
    gained, more = both[:-1] - both[1:], said[:-1] - said[1:]
    slope = ratio(gained, more)
    intercept = both[1:] - slope * said[1:]
    grows = (said[:-1] > 0) & (said[1:] > 0)
    growth = np.divide(said[:-1], said[1:], out=np.ones_like(more), where=grows)
    parts = slope * (gained + intercept * np.log(growth))
    return float(parts.sum() / true) if true else 0.0
