"""Whether the label is among the k classes with the highest scores."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.training.loss import of_label
from fastcnn.typing import Array


@register
class TopKCorrect(Op):
    """Whether the label is among the k classes with the highest scores.

        y[n] = 1 where fewer than k classes c have p[n, c] > p[n, l], or p[n, c] = p[n, l] and
        c < l; else 0;  l = labels[n]

    Shape:
        p: [N, C]. labels: int32 [N]. y: [N].
    NaN:
        y is 0 where the score of the label is NaN, or the label is outside [0, C).
    """

    name = "top_k_correct"

    def infer(self, p: Type, labels: Type, *, k: int) -> Type:
        checks.integer(self.name, "k", k, 1)
        return Type((checks.scores_and_labels(self.name, labels, p=p),))

    def reference(self, p: Array, labels: Array, *, k: int) -> Array:
        own = of_label(p, labels)[:, None]
        earlier = np.arange(p.shape[1]) < labels[:, None]
        ahead = ((p > own) | ((p == own) & earlier)).sum(axis=1)
        return np.where((ahead < k) & ~np.isnan(own[:, 0]), 1, 0).astype(p.dtype)
