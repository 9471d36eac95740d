"""First values of weights: by name or as objects."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.typing import FloatArray

Extents: TypeAlias = "tuple[int, ...]"


class Initializer:
    """Base: fills an array of a given shape.

    Shapes are in the Keras order: the last two axes are the inputs and outputs of a weight, those
    before them its receptive field.
    """

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        """An array of `shape`, float32, drawn from `rng`."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Initializer):
    """The same value everywhere."""

    value: float = 0.0

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        return np.full(shape, self.value, np.float32)


@dataclass(frozen=True)
class Zeros(Constant):
    """Zeros."""


@dataclass(frozen=True)
class Ones(Constant):
    """Ones."""

    value: float = 1.0


@dataclass(frozen=True)
class RandomNormal(Initializer):
    """Normal with the given mean and standard deviation."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        return rng.normal(self.mean, self.stddev, shape).astype(np.float32)


@dataclass(frozen=True)
class TruncatedNormal(Initializer):
    """Normal; what falls beyond two standard deviations is drawn again."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        return (self.mean + self.stddev * _truncated(shape, rng)).astype(np.float32)


@dataclass(frozen=True)
class RandomUniform(Initializer):
    """Uniform in [minval, maxval)."""

    minval: float = -0.05
    maxval: float = 0.05

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        return rng.uniform(self.minval, self.maxval, shape).astype(np.float32)


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
        return (stddev / _STDDEV_TRUNCATED * _truncated(shape, rng)).astype(np.float32)


@dataclass(frozen=True)
class Identity(Initializer):
    """What leaves its input as it is: channel i of the output is gain times channel i of the input.

        w[centre, i, i] = gain, all else 0

    Args:
        gain: A factor.
    """

    gain: float = 1.0

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        if len(shape) < 2:
            raise InvalidValueError(f"Identity: needs inputs and outputs, the shape is {shape}")
        weights = np.zeros(shape, np.float32)
        centre = tuple((extent - 1) // 2 for extent in shape[:-2])
        np.fill_diagonal(weights[centre], self.gain)
        return weights


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Rows, or columns where they are fewer, that are orthonormal, times gain.

    Args:
        gain: A factor.

    Source:
        Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in
        deep linear neural networks", ICLR 2014.
    """

    gain: float = 1.0

    def __call__(self, shape: Extents, rng: np.random.Generator) -> FloatArray:
        if len(shape) < 2:
            raise InvalidValueError(f"Orthogonal: needs inputs and outputs, the shape is {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = rng.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(drawn)
        q *= np.sign(np.diagonal(r))  # uniform among all orthogonal matrices
        square = q if rows >= columns else q.T
        return (self.gain * square.reshape(shape)).astype(np.float32)


_STDDEV_TRUNCATED = 0.87962566103423978
"""Standard deviation of the standard normal distribution truncated at -2 and 2."""


def fans(shape: Sequence[int]) -> tuple[float, float]:
    """Connections into and out of one unit of a weight of this shape."""
    if len(shape) < 2:
        extent = float(math.prod(shape))
        return extent, extent
    field = math.prod(shape[:-2])
    return float(field * shape[-2]), float(field * shape[-1])


_BY_NAME: dict[str, Callable[[], Initializer]] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "identity": Identity,
    "orthogonal": Orthogonal,
    "random_normal": RandomNormal,
    "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    # Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    # networks", AISTATS 2010.
    "glorot_uniform": lambda: VarianceScaling(1.0, "fan_avg", "uniform"),
    "glorot_normal": lambda: VarianceScaling(1.0, "fan_avg", "truncated_normal"),
    # He et al., "Delving Deep into Rectifiers", ICCV 2015.
    "he_uniform": lambda: VarianceScaling(2.0, "fan_in", "uniform"),
    "he_normal": lambda: VarianceScaling(2.0, "fan_in", "truncated_normal"),
    # LeCun et al., "Efficient BackProp", 1998.
    "lecun_uniform": lambda: VarianceScaling(1.0, "fan_in", "uniform"),
    "lecun_normal": lambda: VarianceScaling(1.0, "fan_in", "truncated_normal"),
}


def names() -> list[str]:
    """Every name `get` understands, sorted."""
    return sorted(_BY_NAME)


def get(identifier: Any, owner: str = "get") -> Initializer:
    """An initializer from its name, or the object itself.

    Args:
        identifier: A name or an Initializer.
        owner: Who asks, for the message.
    """
    if isinstance(identifier, Initializer):
        return identifier
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    raise InvalidValueError(
        f"{owner}: {identifier!r} is no initializer; give an object or one of {', '.join(names())}"
    )


def _truncated(shape: Extents, rng: np.random.Generator) -> FloatArray:
    """Standard normal numbers within [-2, 2]."""
    drawn = rng.standard_normal(shape)
    while (outside := np.abs(drawn) > 2).any():
        drawn[outside] = rng.standard_normal(int(outside.sum()))
    return drawn


def _require_one_of(argument: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InvalidValueError(
            f"VarianceScaling: {argument} must be one of {', '.join(known)}, it is {value!r}"
        )
