"""Average percentage of zeros: channels that are mostly silent matter little."""

from __future__ import annotations

from fastcnn.compress.prune.criteria.criterion import ChannelCriterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class Apoz(ChannelCriterion):
    """Share of a channel's responses that are not zero, over samples; needs no labels.

        score(c) = P(y_c != 0) = 1 - APoZ(c)

    It tells channels apart only where an activation such as relu makes zeros.

    Source:
        Hu et al., "Network Trimming: A Data-Driven Neuron Pruning Approach towards Efficient Deep
        Architectures", 2016.
    """

    name = "apoz"

    def channel_scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """P(y != 0)."""
        return evidence.response(kernel).active
