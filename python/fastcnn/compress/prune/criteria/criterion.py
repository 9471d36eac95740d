"""What a criterion is, and the registry of all of them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.typing import FloatArray


class Criterion:
    """Base of every criterion: scores weights one by one; a slice scores the sum of its weights."""

    name: ClassVar[str]

    def scores(self, weights: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Scores of the shape of `weights`, none negative; the lowest are removed first."""
        raise NotImplementedError


_REGISTRY: dict[str, Criterion] = {}


def register(cls: type[Criterion]) -> type[Criterion]:
    """Class decorator: makes the criterion known under `cls.name`."""
    _REGISTRY[cls.name] = cls()
    return cls


def get(criterion: str | Criterion) -> Criterion:
    """The criterion of that name; a criterion is given back as it is."""
    if isinstance(criterion, Criterion):
        return criterion
    try:
        return _REGISTRY[criterion]
    except KeyError:
        raise InvalidValueError(
            f"prune: '{criterion}' is no criterion; known: {', '.join(names())}"
        ) from None


def names() -> list[str]:
    """Names of all criteria, sorted."""
    return sorted(_REGISTRY)
