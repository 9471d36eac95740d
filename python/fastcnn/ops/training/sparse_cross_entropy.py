"""Cross-entropy of probabilities with class labels, and its gradient."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.training.loss import Loss, inside, is_label, of_label, one_hot
from fastcnn.typing import Array


@register
class SparseCrossEntropy(Loss):
    """Cross-entropy of probabilities with class labels.

        loss[n] = -log clip(p[n, labels[n]], epsilon, 1 - epsilon)

    Args:
        epsilon: Keeps the logarithm finite; from 0 to 0.5.

    Shape:
        p: [N, C]. labels: int32 [N], in [0, C). loss: [N].
    NaN:
        A NaN at the label, or a label outside [0, C), makes the loss NaN.
    """

    name = "sparse_cross_entropy"

    def infer(self, p: Type, labels: Type, *, epsilon: float) -> Type:
        checks.number(self.name, "epsilon", epsilon, 0.0, 0.5)
        return Type((checks.scores_and_labels(self.name, labels, p=p),))

    def reference(self, p: Array, labels: Array, *, epsilon: float) -> Array:
        loss: Array = -np.log(np.clip(of_label(p, labels), epsilon, 1 - epsilon))
        return loss


@register
class SparseCrossEntropyBackward(Op):
    """Gradient of `sparse_cross_entropy` by its probabilities.

        grad_p[n, c] = -grad[n] / p[n, c] where c = labels[n] and p is not clipped, else 0

    Shape:
        grad: [N]. p, grad_p: [N, C]. labels: int32 [N].
    NaN:
        A label outside [0, C) makes its row NaN.
    """

    name = "sparse_cross_entropy_backward"

    def infer(self, grad: Type, p: Type, labels: Type, *, epsilon: float) -> Type:
        checks.floats(self.name, grad=grad)
        checks.number(self.name, "epsilon", epsilon, 0.0, 0.5)
        batch = checks.scores_and_labels(self.name, labels, p=p)
        checks.fit(self.name, grad.shape, (batch,), "grad")
        return p

    def reference(self, grad: Array, p: Array, labels: Array, *, epsilon: float) -> Array:
        classes = p.shape[1]
        chosen = one_hot(labels, classes) & inside(p, epsilon)
        grad_p = np.where(chosen, -grad[:, None] / np.where(chosen, p, 1), 0)
        return np.where(is_label(labels, classes)[:, None], grad_p, np.nan)
