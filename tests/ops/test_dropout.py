"""Dropout and the random words behind it."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.ops import get
from fastcnn.ops.elementwise.philox import philox

# Known answers published with the Random123 library: counter, key, words.
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


def drop(x: np.ndarray, step: int = 1, **attrs) -> np.ndarray:
    return get("dropout_train").reference(x, np.array(step, np.int32), **attrs)


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_philox_gives_the_published_words(counter, key, expected):
    low, high = words(key)

    result = philox(np.array([words(counter)], np.uint32), (low, high))

    assert result.tolist() == [words(expected)]


def test_each_counter_has_words_of_its_own():
    counters = np.array([words(counter) for counter, _, _ in KNOWN], np.uint32)

    together = philox(counters, (1, 2))

    for row, counter in zip(together, counters, strict=True):
        assert row.tolist() == philox(counter[None], (1, 2))[0].tolist()


def test_an_element_is_kept_by_its_word(rng):
    seed, step, rate = 2**33 + 5, 7, 0.3
    x = rng.normal(size=(3, 5))

    y = drop(x, step, rate=rate, seed=seed)

    for i, (before, after) in enumerate(zip(x.flat, y.flat, strict=True)):
        word = philox(np.array([[i // 4, 0, step, 0]], np.uint32), (5, 2))[0][i % 4]
        assert after == (before / 0.7 if word >= int(rate * 2**32) else 0.0)


def test_about_the_rate_is_dropped_and_the_mean_stays():
    y = drop(np.ones(40_000), rate=0.25, seed=3)

    share = (y == 0).mean()
    assert share == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 40_000))
    assert y.max() == pytest.approx(1 / 0.75)


def test_seed_and_step_choose_what_is_dropped():
    x = np.ones(1000)

    first = drop(x, 1, rate=0.5, seed=1)

    assert np.array_equal(first, drop(x, 1, rate=0.5, seed=1))
    for step, seed in ((2, 1), (1, 2), (1, 1 + 2**32)):
        assert not np.array_equal(first, drop(x, step, rate=0.5, seed=seed))


def test_a_rate_of_zero_keeps_everything(rng):
    x = rng.normal(size=100)

    assert np.array_equal(drop(x, rate=0.0, seed=9), x)


def test_a_dropped_infinity_becomes_zero():
    y = drop(np.full(64, np.inf), rate=0.5, seed=0)

    assert set(y.tolist()) == {0.0, np.inf}


def test_dropout_is_the_identity_at_inference(rng):
    x = rng.normal(size=(2, 3))

    assert np.array_equal(get("dropout").reference(x, rate=0.5, seed=0), x)
