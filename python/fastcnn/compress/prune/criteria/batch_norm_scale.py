"""Network slimming: the scale of the normalisation that follows."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import ChannelCriterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class BatchNormScale(ChannelCriterion):
    """Size of gamma, by channel.

        score(c) = |gamma_c|

    For networks trained with a penalty on gamma (`compress.regularizers.Slimming`). A layer without
    a normalisation of its own scores 1 for every channel.

    Source:
        Liu et al., "Learning Efficient Convolutional Networks through Network Slimming", ICCV 2017.
    """

    name = "batch_norm_scale"
    comparable = True

    def channel_scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The absolute values of gamma."""
        norm = kernel.normalisation
        gamma = None if norm is None else norm.inputs[1].data
        return np.ones(kernel.data.shape[kernel.axis]) if gamma is None else np.abs(gamma)
