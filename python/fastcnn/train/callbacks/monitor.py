"""Which of two figures is better."""

from __future__ import annotations

import math
import warnings
from typing import Literal

from fastcnn.errors import InvalidValueError
from fastcnn.train.callbacks.callback import Logs

Mode = Literal["auto", "min", "max"]

MORE_IS_BETTER = ("acc", "accuracy", "precision", "recall", "f1_score", "fbeta_score", "auc")
"""Ends of the names of figures of which more is better."""


class Monitor:
    """The best value so far of one figure of the logs.

    Args:
        owner: The callback, for messages.
        name: The figure: "val_loss".
        mode: "min" if less is better, "max" if more is; "auto" takes "max" for accuracies,
            precision, recall, F scores and areas.
        min_delta: What must be gained, at least, to count as better.
    """

    def __init__(self, owner: str, name: str, mode: Mode = "auto", min_delta: float = 0.0) -> None:
        if mode not in ("auto", "min", "max"):
            raise InvalidValueError(f"{owner}: mode is {mode!r}, it must be 'auto', 'min' or 'max'")
        self.owner = owner
        self.name = name
        more = mode == "max" or (mode == "auto" and name.endswith(MORE_IS_BETTER))
        self._sign = 1.0 if more else -1.0
        self._min_delta = abs(min_delta)
        self.best: float | None = None

    def value(self, logs: Logs | None) -> float | None:
        """The figure; None, with a warning, where the logs lack it."""
        logs = logs or {}
        if self.name not in logs:
            warnings.warn(
                f"{self.owner}: there is no '{self.name}' to watch; there are "
                f"{', '.join(logs) or 'no figures'}",
                stacklevel=2,
            )
            return None
        return logs[self.name]

    def improves(self, value: float) -> bool:
        """Whether `value` is better than the best so far; if so it becomes the best. NaN is not."""
        gain = math.inf if self.best is None else self._sign * (value - self.best)
        if math.isnan(value) or not gain > self._min_delta:
            return False
        self.best = value
        return True
