"""Batch normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastcnn.graph import Value
from fastcnn.layers import arguments
from fastcnn.layers.activations import over_channels
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.scale_and_shift import Normalization
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class BatchNormalization(Normalization):
    """Each channel brought to a learnt mean and spread.

        y = gamma (x - mean) / sqrt(variance + epsilon) + beta

    In training, mean and variance are those of the batch, and the moving ones follow them by

        moving <- momentum moving + (1 - momentum) batch

    else they are the moving ones.

    Args:
        axis: -1, or the number of the last axis.
        momentum: From 0 to 1.
        epsilon: At least 0.
        center: Whether beta is there.
        scale: Whether gamma is there.
        beta_initializer: First beta.
        gamma_initializer: First gamma.
        moving_mean_initializer: First moving mean.
        moving_variance_initializer: First moving variance.
        beta_regularizer: Penalty on beta.
        gamma_regularizer: Penalty on gamma.

    Shape:
        x: [N, ..., C]. y: as x. The weights: [C].

    Source:
        Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
        Internal Covariate Shift", ICML 2015.
    """

    axis: int = -1
    momentum: float = 0.99
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        limit = "a number from 0 to 1"
        self.momentum = arguments.number(self, "momentum", self.momentum, 0.0, limit)
        if self.momentum > 1:
            raise self.invalid("momentum", self.momentum, limit)
        self.check_epsilon()

    def build(self, *shapes: Shape) -> None:
        channels = self.add_gamma_and_beta(*shapes)
        for name, initializer in (
            ("moving_mean", self.moving_mean_initializer),
            ("moving_variance", self.moving_variance_initializer),
        ):
            self.add_weight(name, channels, initializer, trainable=False)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        mean, variance = g.weight("moving_mean"), g.weight("moving_variance")
        channels = mean.shape[0] or 0
        gamma = g.weight("gamma") if self.scale else g.constant("no_gamma", np.ones(channels))
        beta = g.weight("beta") if self.center else g.constant("no_beta", np.zeros(channels))
        return over_channels(
            g,
            x,
            lambda x: g.apply(
                "batch_norm",
                x,
                gamma,
                beta,
                mean,
                variance,
                epsilon=self.epsilon,
                momentum=self.momentum,
            ),
        )
