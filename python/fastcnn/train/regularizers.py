"""Penalties on weights, for one layer or for the whole model."""

from __future__ import annotations

from fastcnn.errors import InvalidValueError
from fastcnn.layers.regularizers import L1 as L1
from fastcnn.layers.regularizers import L1L2 as L1L2
from fastcnn.layers.regularizers import L2 as L2
from fastcnn.layers.regularizers import Regularizer as Regularizer
from fastcnn.layers.regularizers import get as get
from fastcnn.train.registry import Registry

regularizers: Registry[Regularizer] = Registry("regularizer", Regularizer)
for _class in (L1, L2, L1L2):
    regularizers.register()(_class)


def lambda_over_2n(lambda_: float, samples: int) -> L2:
    """The penalty lambda / (2 N) sum w^2 as an L2 regulariser: l2 = lambda / (2 N).

    Args:
        lambda_: lambda, at least 0.
        samples: N, the number of training samples.

    Source:
        Nielsen, Neural Networks and Deep Learning, 2015, chapter 3: this normalisation.
    """
    if samples < 1:
        raise InvalidValueError(f"lambda_over_2n: samples is {samples}, it must be at least 1")
    return L2(lambda_ / (2 * samples))
