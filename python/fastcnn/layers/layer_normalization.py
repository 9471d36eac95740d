"""Layer normalisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.scale_and_shift import ScaleAndShift


@dataclass(eq=False, repr=False)
class LayerNormalization(ScaleAndShift):
    """The channels of each pixel, or of each row, brought to mean 0 and variance 1.

        y = gamma (x - mean) / sqrt(variance + epsilon) + beta

    with the mean and the biased variance over the last axis.

    Args:
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
        Ba, Kiros and Hinton, "Layer Normalization", arXiv:1607.06450, 2016.
    """

    axis: int = -1
    epsilon: float = 1e-3

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        axes = (1,) if x.type.rank == 4 else (x.type.rank - 1,)
        mean = g.apply("reduce_mean", x, part="mean", axes=axes, keepdims=1)
        centred = g.apply("subtract", x, mean, part="centre")
        squares = g.apply("multiply", centred, centred, part="square")
        variance = g.apply("reduce_mean", squares, part="variance", axes=axes, keepdims=1)
        epsilon = g.constant("epsilon", np.array(self.epsilon))
        spread = g.apply("sqrt", g.apply("add", variance, epsilon, part="floor"), part="spread")
        return self.scaled_and_shifted(g, g.apply("divide", centred, spread))
