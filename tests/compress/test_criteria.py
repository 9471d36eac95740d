"""What every criterion promises."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.compress.prune import criteria
from fastcnn.errors import InvalidValueError

every_criterion = pytest.mark.parametrize("name", criteria.names())


def weights() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((4, 3, 2, 2)).astype(np.float32)


@every_criterion
def test_every_weight_gets_a_score_that_is_not_negative(name: str) -> None:
    w = weights()
    copy = w.copy()

    scores = criteria.get(name).scores(w, np.random.default_rng(0))

    assert scores.shape == w.shape
    assert (scores >= 0).all()
    np.testing.assert_array_equal(w, copy)


@every_criterion
def test_the_same_generator_gives_the_same_scores(name: str) -> None:
    one, two = (criteria.get(name).scores(weights(), np.random.default_rng(7)) for _ in range(2))

    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", sorted(set(criteria.names()) - {"random"}))
def test_larger_weights_matter_more(name: str) -> None:
    w = weights()

    scores = criteria.get(name).scores(w, np.random.default_rng(0))

    np.testing.assert_array_equal(
        np.argsort(scores, axis=None, kind="stable"),
        np.argsort(np.abs(w), axis=None, kind="stable"),
    )


def test_energy_and_magnitude_rank_slices_differently() -> None:
    even, one_large = np.full((1, 4), 0.6, np.float32), np.array([[2, 0, 0, 0]], np.float32)
    rng = np.random.default_rng(0)

    magnitude, energy = criteria.get("magnitude"), criteria.get("energy")

    assert magnitude.scores(even, rng).sum() > magnitude.scores(one_large, rng).sum()
    assert energy.scores(even, rng).sum() < energy.scores(one_large, rng).sum()


def test_an_object_is_its_own_criterion_and_unknown_names_are_listed() -> None:
    own = criteria.Magnitude()

    assert criteria.get(own) is own
    with pytest.raises(InvalidValueError, match="'size' is no criterion; known: energy, magnitude"):
        criteria.get("size")
