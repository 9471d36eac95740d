"""Cross-entropy of the softmax with class labels, and its gradient."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.reduction.softmax import log_softmax
from fastcnn.ops.training.loss import Loss, is_label, of_label, one_hot
from fastcnn.typing import Array


@register
class SparseSoftmaxCrossEntropy(Loss):
    """Cross-entropy of the softmax of scores with class labels.

        loss[n] = -log softmax(logits[n])[labels[n]]

    Shape:
        logits: [N, C]. labels: int32 [N], in [0, C). loss: [N].
    NaN:
        A NaN in a row, or a label outside [0, C), makes its loss NaN.
    """

    name = "sparse_softmax_cross_entropy"

    def infer(self, logits: Type, labels: Type) -> Type:
        return Type((checks.scores_and_labels(self.name, labels, logits=logits),))

    def reference(self, logits: Array, labels: Array) -> Array:
        return -of_label(log_softmax(logits), labels)


@register
class SparseSoftmaxCrossEntropyBackward(Op):
    """Gradient of `sparse_softmax_cross_entropy` by its logits.

        grad_logits[n, c] = grad[n] (softmax(logits[n])[c] - [c = labels[n]])

    Shape:
        grad: [N]. logits, grad_logits: [N, C]. labels: int32 [N].
    NaN:
        A label outside [0, C) makes its row NaN.
    """

    name = "sparse_softmax_cross_entropy_backward"

    def infer(self, grad: Type, logits: Type, labels: Type) -> Type:
        checks.floats(self.name, grad=grad)
        batch = checks.scores_and_labels(self.name, labels, logits=logits)
        checks.fit(self.name, grad.shape, (batch,), "grad")
        return logits

    def reference(self, grad: Array, logits: Array, labels: Array) -> Array:
        classes = logits.shape[1]
        probabilities = np.exp(log_softmax(logits))
        grad_logits = grad[:, None] * (probabilities - one_hot(labels, classes))
        return np.where(is_label(labels, classes)[:, None], grad_logits, np.nan)
