"""Weights drawn as small as the number of connections asks for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.layers.initializers.initializer import Extents, Initializer
from fastcnn.layers.initializers.random import truncated
from fastcnn.typing import FloatArray

_STDDEV_TRUNCATED = 0.87962566103423978
"""Standard deviation of the standard normal distribution truncated at -2 and 2."""


@dataclass(frozen=True)
class VarianceScaling(Initializer):
    """Mean 0 and variance scale / n, where n counts the connections of one unit.

        uniform:           limit = sqrt(3 scale / n)
        untruncated_normal: stddev = sqrt(scale / n)
        truncated_normal:  the same after truncation at two standard deviations

    Args:
        scale: Positive.
        mode: What n is: "fan_in", "fan_out" or "fan_avg" (their mean).
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"

    def __post_init__(self) -> None:
        _require_one_of("mode", self.mode, ("fan_in", "fan_out", "fan_avg"))
        _require_one_of(
            "distribution",
            self.distribution,
            ("truncated_normal", "untruncated_normal", "uniform"),
        )
        if not self.scale > 0:
            raise InvalidValueError(f"VarianceScaling: scale must be positive, it is {self.scale}")

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        fan_in, fan_out = fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, n))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return rng.uniform(-limit, limit, shape).astype(np.float32)
        if self.distribution == "untruncated_normal":
            return rng.normal(0, stddev, shape).astype(np.float32)
        return (stddev / _STDDEV_TRUNCATED * truncated(shape, rng)).astype(np.float32)


class GlorotUniform(VarianceScaling):
    """Uniform in [-a, a), a = sqrt(6 / (fan_in + fan_out)).

    Source:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
        networks", AISTATS 2010.
    """

    def __init__(self) -> None:
        super().__init__(1.0, "fan_avg", "uniform")


class GlorotNormal(VarianceScaling):
    """Normal, truncated, of variance 2 / (fan_in + fan_out); source as `GlorotUniform`."""

    def __init__(self) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal")


class HeUniform(VarianceScaling):
    """Uniform in [-a, a), a = sqrt(6 / fan_in): for layers before a ReLU.

    Source:
        He et al., "Delving Deep into Rectifiers", ICCV 2015.
    """

    def __init__(self) -> None:
        super().__init__(2.0, "fan_in", "uniform")


class HeNormal(VarianceScaling):
    """Normal, truncated, of variance 2 / fan_in; source as `HeUniform`."""

    def __init__(self) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal")


class LecunUniform(VarianceScaling):
    """Uniform in [-a, a), a = sqrt(3 / fan_in): for layers before a SELU.

    Source:
        LeCun et al., "Efficient BackProp", 1998.
    """

    def __init__(self) -> None:
        super().__init__(1.0, "fan_in", "uniform")


class LecunNormal(VarianceScaling):
    """Normal, truncated, of variance 1 / fan_in; source as `LecunUniform`."""

    def __init__(self) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal")


def fans(shape: Sequence[int]) -> tuple[float, float]:
    """Connections into and out of one unit of a weight of this shape."""
    if len(shape) < 2:
        extent = float(math.prod(shape))
        return extent, extent
    field = math.prod(shape[:-2])
    return float(field * shape[-2]), float(field * shape[-1])


def _require_one_of(argument: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InvalidValueError(
            f"VarianceScaling: {argument} must be one of {', '.join(known)}, it is {value!r}"
        )
