"""A loss that is only watched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss, losses
from fastcnn.train.metrics.metric import Metric, metrics


@metrics.register("mean_loss")
@dataclass(frozen=True)
class MeanLoss(Metric):
    """The mean of a loss that the model is not trained with.

    By name: that of the loss, as in metrics=["mae"].

    Args:
        loss: By name or object.

    Shape:
        As the loss has it; its targets are those of the loss that the model is trained with.
    """

    loss: Any = "mean_absolute_error"

    def __post_init__(self) -> None:
        object.__setattr__(self, "loss", losses.get(self.loss))

    @property
    def name(self) -> str:
        return self.watched.name

    @property
    def watched(self) -> Loss:
        """The loss, never as a name."""
        assert isinstance(self.loss, Loss)
        return self.loss

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        wanted = self.watched.target_type(prediction.type)
        if target.type != wanted:
            raise InvalidValueError(
                f"{self.name}: takes targets {wanted}, {loss.name} has {target.type}"
            )
        return self.watched.emit(g, prediction, target, None)
