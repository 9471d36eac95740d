"""Group normalisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.activations import over_channels
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.scale_and_shift import ScaleAndShift
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class GroupNormalization(ScaleAndShift):
    """Groups of neighbouring channels of each sample brought to mean 0 and variance 1.

        y = gamma (x - mean) / sqrt(variance + epsilon) + beta

    with the mean and the biased variance over all pixels of the channels of a group.

    Args:
        groups: Their number, a divisor of C; -1 for C of them, which is instance normalisation.
        axis: -1, or the number of the last axis.
        epsilon: At least 0.
        center: Whether beta is there.
        scale: Whether gamma is there.
        beta_initializer: First beta.
        gamma_initializer: First gamma.
        beta_regularizer: Penalty on beta.
        gamma_regularizer: Penalty on gamma.

    Shape:
        x: [N, ..., C]. gamma, beta: [C]. y: as x.

    Source:
        Wu and He, "Group Normalization", ECCV 2018.
    """

    groups: int = 32

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.groups != -1:
            self.groups = arguments.integer(self, "groups", self.groups)

    def build(self, *shapes: Shape) -> None:
        super().build(*shapes)
        channels = shapes[0][-1] or 0
        if self.groups != -1 and channels % self.groups:
            raise ShapeError(
                f"{self.label}: groups must divide the channels, they are {self.groups} and "
                f"{channels}"
            )

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        return self.scaled_and_shifted(g, over_channels(g, x, lambda x: self._normalised(g, x)))

    def _normalised(self, g: Emitter, x: Value) -> Value:
        """The instance normalisation of groups, each with its channels one below the other."""
        channels = x.shape[1] or 0
        groups = channels if self.groups == -1 else self.groups
        rest = (0,) * (x.type.rank - 3)
        joined = g.apply("reshape", x, part="groups", shape=(0, groups, -1, *rest))
        ones, zeros = g.constant("ones", np.ones(groups)), g.constant("zeros", np.zeros(groups))
        y = g.apply("instance_norm", joined, ones, zeros, epsilon=self.epsilon)
        extents = (0, channels, -1, *rest)[: x.type.rank]
        return g.apply("reshape", y, part="channels", shape=extents)
