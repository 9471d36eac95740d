"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.optimizer import optimizers, require_share
from fastcnn.train.optimizers.update_rule import UpdateRule
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Attribute


@optimizers.register("sgd")
@dataclass(frozen=True)
class SGD(UpdateRule):
    """Stochastic gradient descent, with momentum if asked.

        v <- momentum v - lr g'
        w <- w + v                        or, with Nesterov,
        w <- w + momentum v - lr g'

    Args:
        learning_rate: lr.
        momentum: How much of the last step stays, in [0, 1).
        nesterov: Whether the gradient is taken as if one step ahead.

    Source:
        Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum
        in deep learning", ICML 2013.
    """

    op: ClassVar[str] = "sgd_update"

    learning_rate: float | str | Schedule = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_share(self, "momentum")

    def states(self) -> Mapping[str, float]:
        return {"velocity": 0.0}

    def attributes(self) -> Mapping[str, Attribute]:
        return {"momentum": float(self.momentum), "nesterov": int(self.nesterov)}
