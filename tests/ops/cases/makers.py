"""Arrays of every kind that operations take."""

from __future__ import annotations

import numpy as np

from tests.ops.cases.case import Array, Maker


def normal(*shape: int, deviation: float = 1.0) -> Maker:
    """Normally distributed numbers around 0."""
    return lambda rng: np.asarray(rng.normal(0, deviation, shape), np.float32)


def uniform(*shape: int, low: float, high: float) -> Maker:
    """Uniformly distributed numbers in [low, high)."""
    return lambda rng: np.asarray(rng.uniform(low, high, shape), np.float32)


def distinct(*shape: int) -> Maker:
    """Numbers of which no two are closer than 1/16: maxima that stay where they are."""

    def make(rng: np.random.Generator) -> Array:
        size = int(np.prod(shape))
        return ((rng.permutation(size) - size // 2) / 16).astype(np.float32).reshape(shape)

    return make


def repeated(*shape: int) -> Maker:
    """Few different numbers, hence many equal ones."""
    return lambda rng: rng.integers(-1, 2, shape).astype(np.float32)


def probabilities(*shape: int) -> Maker:
    """Positive numbers that sum to 1 over axis 1, none below about 1 / (20 C)."""

    def make(rng: np.random.Generator) -> Array:
        parts = rng.uniform(0.1, 1.0, shape)
        return (parts / parts.sum(axis=1, keepdims=True)).astype(np.float32)

    return make


def coins(*shape: int) -> Maker:
    """Zeros and ones."""
    return lambda rng: rng.integers(0, 2, shape).astype(np.float32)


def labels(n: int, classes: int) -> Maker:
    """Class labels, the first and the last class among them where n allows."""

    def make(rng: np.random.Generator) -> Array:
        drawn = rng.integers(0, classes, n)
        drawn[:1], drawn[1:2] = classes - 1, 0
        return drawn.astype(np.int32)

    return make


def sparse(*shape: int) -> Maker:
    """Normally distributed numbers, half of them replaced by 0."""

    def make(rng: np.random.Generator) -> Array:
        values = rng.normal(0, 1, shape)
        return (values * rng.integers(0, 2, shape)).astype(np.float32)

    return make


def exactly(values: object, dtype: type = np.float32) -> Maker:
    """The numbers given."""
    return lambda rng: np.array(values, dtype)


def integers(*shape: int, low: int, high: int, dtype: type = np.int64) -> Maker:
    """Whole numbers in [low, high)."""
    return lambda rng: rng.integers(low, high, shape).astype(dtype)


def truths(*shape: int) -> Maker:
    """True and false."""
    return lambda rng: rng.integers(0, 2, shape).astype(np.bool_)
