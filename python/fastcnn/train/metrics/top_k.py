"""Nodes that count a class as found."""

from __future__ import annotations

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.ops import Builder


def emit_top_k(g: Builder, metric: str, prediction: Value, target: Value, k: int) -> Value:
    """Appends 1 for each sample whose true class is among the k best scored, else 0.

    Args:
        g: Where to.
        metric: For messages.
        prediction: [N, C].
        target: Class indices [N], or rows [N, C] whose largest element marks the class.
        k: At least 1, at most C.
    """
    if prediction.type.rank != 2:
        raise InvalidValueError(
            f"{metric}: takes class scores [N, C], the model gives {prediction.type}"
        )
    classes = prediction.shape[1]
    if classes is not None and k > classes:
        raise InvalidValueError(f"{metric}: k is {k}, the model has {classes} classes")
    labels = target if target.type.dtype == "int32" else g.apply("argmax", target)
    return g.apply("top_k_correct", prediction, labels, name=metric, k=k)
