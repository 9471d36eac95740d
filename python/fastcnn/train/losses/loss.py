"""What a loss is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fastcnn.errors import InvalidValueError, ShapeError
from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.configured import Configured
from fastcnn.train.registry import Registry
from fastcnn.typing import Array

EPSILON = 1e-7
"""Probabilities are kept this far from 0 and 1 before their logarithm is taken."""


@dataclass(frozen=True)
class Loss(Configured):
    """How far a prediction is from its target: one figure a sample.

    A subclass says what type its targets have, how labels become such targets, and which nodes
    compute it.
    """

    name: ClassVar[str]

    def target_type(self, prediction: Type) -> Type:
        """The type of the targets for a prediction of this type."""
        return prediction

    def check(self, y: Array, prediction: Type) -> Array:
        """Labels as targets.

        Args:
            y: Labels as the user gave them, the first axis counting samples.
            prediction: The type of the graph's output.

        Returns:
            An array of the type that `target_type` promises, C-contiguous.

        Raises:
            DataError: The labels do not fit this loss; the message says which loss they fit.
        """
        raise NotImplementedError

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        """Appends the loss of each sample.

        Args:
            g: Where to.
            prediction: The graph's output.
            target: Of the type `target_type` promises.
            logits: What the softmax took that made the prediction; None where no softmax did.

        Returns:
            float32 [N].
        """
        raise NotImplementedError

    def probabilities(self, g: Builder, prediction: Value) -> Value:
        """What the prediction stands for: itself, unless the model gives logits."""
        return prediction


losses: Registry[Loss] = Registry("loss", Loss)


def require_classes(loss: str, prediction: Type) -> int:
    """The number of classes of a prediction [N, C]; raises ShapeError where it is no such thing."""
    if prediction.rank != 2 or prediction.shape[1] is None:
        raise ShapeError(
            f"{loss}: the model gives {prediction}, this loss takes one row of class "
            "probabilities a sample [N, C]; end the model in Flatten and Dense"
        )
    return prediction.shape[1]


def choose_logits(
    loss: str, from_logits: bool, prediction: Value, logits: Value | None
) -> Value | None:
    """What the stable form of a cross-entropy takes; None where only probabilities are known."""
    if not from_logits:
        return logits
    if logits is not None:
        raise InvalidValueError(
            f"{loss}: from_logits=True, but the model ends in softmax and gives probabilities; "
            "take the softmax off or leave from_logits out"
        )
    return prediction


def looks_one_hot(y: Array, classes: int) -> bool:
    """Whether `y` is [N, classes] with one 1 in every row and zeros elsewhere."""
    if y.ndim != 2 or y.shape[1] != classes or classes < 2:
        return False
    head = y[:1000]
    return bool(np.isin(head, (0, 1)).all() and (head.sum(axis=1) == 1).all())


def elements(prediction: Type) -> int:
    """Elements of one sample."""
    extents = [extent for extent in prediction.shape[1:] if extent is not None]
    return int(np.prod(extents, dtype=np.int64))
