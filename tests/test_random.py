"""One seed decides everything random."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from fastcnn import random
from fastcnn.errors import InvalidValueError


def draw(purpose: str) -> list[int]:
    return random.generator(purpose).integers(2**62, size=4).tolist()


def test_one_seed_gives_the_same_streams_again():
    random.set_random_seed(5)
    first = [draw("weights"), draw("weights"), draw("shuffle")]

    random.set_random_seed(5)

    assert [draw("weights"), draw("weights"), draw("shuffle")] == first


def test_streams_differ_by_seed_purpose_and_call():
    random.set_random_seed(5)
    streams = [draw("weights"), draw("weights"), draw("shuffle"), draw("")]
    random.set_random_seed(6)
    streams.append(draw("weights"))

    assert len({tuple(stream) for stream in streams}) == 5


def test_what_one_purpose_draws_does_not_move_another():
    random.set_random_seed(5)
    expected = draw("shuffle")
    random.set_random_seed(5)
    draw("weights")

    assert draw("shuffle") == expected


def test_chance_of_its_own_leaves_no_trace():
    random.set_random_seed(5)
    expected = [draw("shuffle"), draw("shuffle")]
    random.set_random_seed(5)

    first = draw("shuffle")
    with contextlib.suppress(KeyError), random.seeded(6):
        inside = draw("shuffle")
        raise KeyError
    second = draw("shuffle")
    random.set_random_seed(6)

    assert [first, second] == expected
    assert inside == draw("shuffle")


@pytest.mark.parametrize("seed", [0, 2**63 - 1, np.int64(3)])
def test_seeds_within_the_limits(seed):
    random.set_random_seed(seed)
    assert draw("weights") != draw("weights")


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, True, "1", None])
def test_other_seeds_are_refused(seed):
    with pytest.raises(InvalidValueError, match="set_random_seed: seed must be"):
        random.set_random_seed(seed)
