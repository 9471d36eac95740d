"""How many of the positive answers are right, and how many of the true ones are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss
from fastcnn.train.metrics.answers import above, class_of, stack, true_answers
from fastcnn.train.metrics.metric import Count, metrics, ratio
from fastcnn.train.metrics.top_k import emit_top_k
from fastcnn.typing import Array


@dataclass(frozen=True)
class Share(Count):
    """A share of the true positives.

    Args:
        thresholds: A prediction above it is a positive answer; None: 1/2.
        top_k: The k best scored classes of a sample are the positive answers, and no threshold
            plays a part. Each sample is of one class.
        class_id: Looks at one class alone.
        name: The key in logs and tables.

    Shape:
        prediction: any. target: the same, or class indices for [N, C].
    """

    whole: ClassVar[int]
    """What the true positives are a share of: 1, the positive answers; 2, the true ones."""

    thresholds: float | None = None
    top_k: int | None = None
    class_id: int | None = None
    name: str = ""

    def __post_init__(self) -> None:
        self.require(self.top_k is None or self.top_k >= 1, "top_k", "at least 1, or None")
        self.require(self.class_id is None or self.class_id >= 0, "class_id", "at least 0, or None")
        for other in ("thresholds", "class_id"):
            is_alone = self.top_k is None or getattr(self, other) is None
            self.require(is_alone, other, "None where top_k is given")

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        if self.top_k is not None:
            found = emit_top_k(g, self.name, prediction, target, self.top_k)
            one = g.apply("reduce_sum", above(g, found, -1.0))
            said = g.apply("scale", one, factor=float(self.top_k))
            return stack(g, g.apply("reduce_sum", found), said, one, name=self.name)
        true = true_answers(g, self.name, prediction, target, loss)
        p = loss.probabilities(g, prediction)
        if self.class_id is not None:
            true, p = (class_of(g, self.name, x, self.class_id) for x in (true, p))
        said = above(g, p, 0.5 if self.thresholds is None else self.thresholds)
        both = g.apply("multiply", said, true)
        counts = [g.apply("reduce_sum", x) for x in (both, said, true)]
        return stack(g, *counts, name=self.name)

    def result(self, total: Array, samples: int) -> float:
        return float(ratio(total[:1], total[self.whole : self.whole + 1])[0])


@metrics.register("precision")
@dataclass(frozen=True)
class Precision(Share):
    """How many of the positive answers are right.

        true positives / (true positives + false positives)

    0 where there are no positive answers. Arguments and shapes as in `Share`.
    """

    whole: ClassVar[int] = 1

    name: str = "precision"


@metrics.register("recall")
@dataclass(frozen=True)
class Recall(Share):
    """How many of those that are true get a positive answer.

        true positives / (true positives + false negatives)

    0 where none is true. Arguments and shapes as in `Share`.
    """

    whole: ClassVar[int] = 2

    name: str = "recall"
