"""Interleaved timing."""

from __future__ import annotations

import time

import pytest

from fastcnn.bench import interleaved
from fastcnn.errors import InvalidValueError


def test_the_slower_function_takes_longer() -> None:
    timings = interleaved(
        {"slow": lambda: time.sleep(0.004), "fast": lambda: None}, seconds=0.0, min_rounds=5
    )

    assert timings["slow"].minimum >= 0.004
    assert timings["fast"].median < timings["slow"].median
    assert timings["slow"].runs == timings["fast"].runs == 5


def test_every_round_starts_with_another_function() -> None:
    calls: list[str] = []

    interleaved(
        {name: lambda name=name: calls.append(name) for name in "abc"},
        seconds=0.0,
        min_rounds=3,
    )

    warm_up, rounds = calls[:6], calls[6:]
    assert warm_up == ["a", "a", "b", "b", "c", "c"]
    assert "".join(rounds) == "abcbcacab"


def test_time_ends_the_rounds_and_so_does_their_number() -> None:
    nap = {"nap": lambda: time.sleep(0.002)}

    assert interleaved(nap, seconds=0.02, max_rounds=1000)["nap"].runs < 20
    assert interleaved(nap, seconds=60.0, min_rounds=2, max_rounds=3)["nap"].runs == 3


def test_rounds_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="rounds from 5 to 2"):
        interleaved({}, min_rounds=5, max_rounds=2)


def test_a_turn_is_several_calls_in_a_row() -> None:
    calls: list[str] = []

    timings = interleaved(
        {name: lambda name=name: calls.append(name) for name in "ab"},
        seconds=0.0,
        min_rounds=2,
        turn=2,
    )

    assert "".join(calls[4:]) == "aabbbbaa"
    assert timings["a"].runs == 4
