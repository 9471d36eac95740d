"""Cross-entropy over classes that cares for the hard samples."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.losses.categorical_crossentropy import CategoricalCrossentropy
from fastcnn.train.losses.emit import one_minus, sum_of_sample
from fastcnn.train.losses.loss import EPSILON, choose_logits, losses


@losses.register("categorical_focal_crossentropy")
@dataclass(frozen=True)
class CategoricalFocalCrossentropy(CategoricalCrossentropy):
    """Cross-entropy over classes in which samples that are sure already count little.

        loss = -alpha sum over c of t[c] (1 - p[c])^gamma log p[c]

    with p clipped to [1e-7, 1 - 1e-7].

    Args:
        alpha: Weight of everything.
        gamma: How little sure samples count.
        from_logits: Whether the model gives scores that still need a softmax.
        label_smoothing: a in t <- (1 - a) t + a / C.

    Shape:
        prediction: [N, C]. labels: [N, C], as a rule one-hot.

    Source:
        Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.
    """

    name: ClassVar[str] = "categorical_focal_crossentropy"

    alpha: float = 0.25
    gamma: float = 2.0
    _: KW_ONLY
    from_logits: bool = False
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.alpha > 0, "alpha", "positive")
        self.require(self.gamma >= 0, "gamma", "at least 0")

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        choose_logits(self.name, self.from_logits, prediction, logits)
        p = self.probabilities(g, prediction)
        p = g.apply("clip", p, low=EPSILON, high=1 - EPSILON)
        focus = g.apply("power", one_minus(g, p), scalar(g, self.gamma))
        entropy = g.apply("multiply", target, g.apply("log", p))
        loss = sum_of_sample(g, g.apply("multiply", focus, entropy))
        return g.apply("scale", loss, factor=-float(self.alpha), name="sample_loss")
