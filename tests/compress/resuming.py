"""What the tests of killed compressions have in common."""

from __future__ import annotations

import numpy as np

from fastcnn.models import Model


def samples(count: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Noise of three classes."""
    rng = np.random.default_rng(5)
    return rng.random((count, 8, 8, 3), np.float32), rng.integers(0, 3, count)


def assert_same_bits(one: Model, two: Model) -> None:
    """Fails unless both have the same parameters, to the last bit."""
    a, b = _parameters(one), _parameters(two)
    assert a.keys() == b.keys()
    for name, array in a.items():
        np.testing.assert_array_equal(array, b[name])


def _parameters(model: Model) -> dict[str, np.ndarray]:
    return {name: value.data for name, value in model.graph.parameters.items()}
