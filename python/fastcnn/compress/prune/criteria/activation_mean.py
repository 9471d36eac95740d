"""Activation mean: channels that answer little matter little."""

from __future__ import annotations

from fastcnn.compress.prune.criteria.criterion import ChannelCriterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class ActivationMean(ChannelCriterion):
    """Mean size of a channel's response behind its activation, over samples; needs no labels.

        score(c) = E |y_c|

    Source:
        Molchanov et al., "Pruning Convolutional Neural Networks for Resource Efficient Inference",
        ICLR 2017, section 2.2.
    """

    name = "activation_mean"

    def channel_scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """E |y|."""
        return evidence.response(kernel).magnitude
