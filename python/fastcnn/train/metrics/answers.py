"""Nodes that count answers."""

from __future__ import annotations

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.losses.emit import one_hot
from fastcnn.train.losses.loss import Loss


def true_answers(g: Builder, metric: str, prediction: Value, target: Value, loss: Loss) -> Value:
    """1 where the answer is yes, else 0, in the shape of the prediction.

    Class indices become one-hot rows; of other targets what is greater than 1/2 is a yes.
    """
    shape = prediction.shape
    if target.type.dtype == "int32" and len(shape) == 2 and shape[1] is not None:
        return one_hot(g, target, shape[1])
    if target.type != prediction.type:
        raise InvalidValueError(
            f"{metric}: takes one target an answer, {prediction.type}; {loss.name} has "
            f"{target.type}"
        )
    return above(g, target, 0.5)


def above(g: Builder, x: Value, threshold: float) -> Value:
    """1 where x is greater than the threshold, else 0."""
    return g.apply("cast", g.apply("greater", x, scalar(g, threshold)), dtype="float32")


def class_of(g: Builder, metric: str, x: Value, class_id: int) -> Value:
    """The answers [N, 1] for one class, from those for all of them [N, C]."""
    classes = x.shape[1] if x.type.rank == 2 else None
    if classes is None or class_id >= classes:
        raise InvalidValueError(f"{metric}: class_id is {class_id}, the model gives {x.type}")
    return g.apply("slice", x, axis=1, start=class_id, stop=class_id + 1)


def stack(g: Builder, *counts: Value, name: str) -> Value:
    """Counts of one shape as the rows of one value."""
    rows = [g.apply("unsqueeze", count, axes=(0,)) for count in counts]
    return g.apply("concat", *rows, axis=0, name=name)
