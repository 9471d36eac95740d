"""Cross-entropy of the softmax with target probabilities, and its gradient."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.reduction.softmax import log_softmax
from fastcnn.ops.training.loss import Loss
from fastcnn.typing import Array


@register
class SoftmaxCrossEntropy(Loss):
    """Cross-entropy of the softmax of scores with target probabilities.

        loss[n] = -sum over c of targets[n, c] log softmax(logits[n])[c]

    Shape:
        logits, targets: [N, C]. loss: [N].
    NaN:
        A NaN in a row makes its loss NaN.
    """

    name = "softmax_cross_entropy"

    def infer(self, logits: Type, targets: Type) -> Type:
        checks.rank(self.name, 2, logits=logits)
        return Type(checks.same_floats(self.name, logits=logits, targets=targets).shape[:1])

    def reference(self, logits: Array, targets: Array) -> Array:
        loss: Array = -(targets * log_softmax(logits)).sum(axis=1)
        return loss


@register
class SoftmaxCrossEntropyBackward(Op):
    """Gradient of `softmax_cross_entropy` by its logits.

        grad_logits[n, c] = grad[n] (softmax(logits[n])[c] sum over k of targets[n, k]
                                     - targets[n, c])

    Shape:
        grad: [N]. logits, targets, grad_logits: [N, C].
    """

    name = "softmax_cross_entropy_backward"

    def infer(self, grad: Type, logits: Type, targets: Type) -> Type:
        checks.floats(self.name, grad=grad)
        checks.rank(self.name, 2, logits=logits)
        result = checks.same_floats(self.name, logits=logits, targets=targets)
        checks.fit(self.name, grad.shape, result.shape[:1], "grad")
        return result

    def reference(self, grad: Array, logits: Array, targets: Array) -> Array:
        total = targets.sum(axis=1, keepdims=True)
        grad_logits: Array = grad[:, None] * (np.exp(log_softmax(logits)) * total - targets)
        return grad_logits
