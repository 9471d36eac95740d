"""Cross-entropy of yes-or-no answers that cares for the hard ones."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.losses.binary_crossentropy import BinaryCrossentropy
from fastcnn.train.losses.emit import mean_of_sample, one_minus
from fastcnn.train.losses.loss import EPSILON, losses


@losses.register("binary_focal_crossentropy")
@dataclass(frozen=True)
class BinaryFocalCrossentropy(BinaryCrossentropy):
    """Cross-entropy of yes-or-no answers in which answers that are sure already count little.

        loss = mean over i of -a[i] (1 - q[i])^gamma (t[i] log p[i] + (1 - t[i]) log(1 - p[i]))
        q[i] = t[i] p[i] + (1 - t[i]) (1 - p[i])
        a[i] = t[i] alpha + (1 - t[i]) (1 - alpha) where classes are balanced, else 1

    with p clipped to [1e-7, 1 - 1e-7].

    Args:
        apply_class_balancing: Whether alpha plays a part.
        alpha: Weight of a yes; a no weighs 1 - alpha.
        gamma: How little sure answers count.
        from_logits: Whether the model gives scores that still need a sigmoid.
        label_smoothing: a in t <- (1 - a) t + a / 2.

    Shape:
        prediction: any. labels: the same, or without a last axis of extent 1; within [0, 1].

    Source:
        Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.
    """

    name: ClassVar[str] = "binary_focal_crossentropy"

    apply_class_balancing: bool = False
    alpha: float = 0.25
    gamma: float = 2.0
    _: KW_ONLY
    from_logits: bool = False
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(0 <= self.alpha <= 1, "alpha", "in [0, 1]")
        self.require(self.gamma >= 0, "gamma", "at least 0")

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        p = self.probabilities(g, prediction)
        p = g.apply("clip", p, low=EPSILON, high=1 - EPSILON)
        yes, no = self._mix(g, target, g.apply("log", p), g.apply("log", one_minus(g, p)))
        entropy = g.apply("negative", g.apply("add", yes, no))
        sure = g.apply("add", *self._mix(g, target, p, one_minus(g, p)))
        focus = g.apply("power", one_minus(g, sure), scalar(g, self.gamma))
        loss = g.apply("multiply", focus, entropy)
        if self.apply_class_balancing:
            weights = self._mix(g, target, scalar(g, self.alpha), scalar(g, 1 - self.alpha))
            loss = g.apply("multiply", g.apply("add", *weights), loss)
        return mean_of_sample(g, loss)

    def _mix(self, g: Builder, target: Value, yes: Value, no: Value) -> tuple[Value, Value]:
        """The parts t yes and (1 - t) no."""
        return g.apply("multiply", target, yes), g.apply("multiply", one_minus(g, target), no)
