"""Taylor: how the loss changes, to first order, when a weight becomes zero."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class Taylor(Criterion):
    """First-order change of the loss, its size averaged over samples; needs labels.

        score(w) = |w| E |g|;   a channel: E |sum over its weights of g w|

    where g is the gradient of the loss of one sample. To first order the latter is what the sum
    over a channel's responses of gradient times response is, but for the bias.

    Source:
        Molchanov et al., "Pruning Convolutional Neural Networks for Resource Efficient Inference",
        ICLR 2017; "Importance Estimation for Neural Network Pruning", CVPR 2019.
    """

    name = "taylor"
    comparable = True

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """|w| E |g|."""
        scores: FloatArray = np.abs(kernel.data) * evidence.gradients(kernel).absolute
        return scores

    def channel_scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """E |sum g w|."""
        return evidence.gradients(kernel).channels
