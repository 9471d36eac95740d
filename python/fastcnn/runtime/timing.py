"""Times of several functions, taken in turn so that all meet the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastcnn.errors import InvalidValueError


@dataclass(frozen=True)
class Timing:
    """Seconds of one call of one function."""

    median: float
    minimum: float
    runs: int


def interleaved(
    functions: Mapping[str, Callable[[], object]],
    *,
    seconds: float = 1.0,
    min_rounds: int = 5,
    max_rounds: int = 1000,
    turn: int = 1,
) -> dict[str, Timing]:
    """Calls the functions round after round, one after the other, and times each call.

    What slows the machine for a while slows all of them, so their ratios hold where their times
    do not. Each round starts with another function, so that none always follows the same one.
    Two calls of each come first and are not counted.

    Args:
        functions: What to time, by name.
        seconds: Time to spend, all together; the rounds end with the first that is over it.
        min_rounds: Rounds to make however long they take.
        max_rounds: Rounds to stop at.
        turn: Calls of a function in a row. From the second on it finds its data in the cache, so
            a median over turns of several calls is that of steady use.

    Raises:
        InvalidValueError: Unless 1 <= min_rounds <= max_rounds.
    """
    if not 1 <= min_rounds <= max_rounds:
        raise InvalidValueError(
            f"interleaved: rounds from {min_rounds} to {max_rounds}: need 1 <= min <= max"
        )
    names = list(functions)
    times: dict[str, list[float]] = {name: [] for name in names}
    for function in functions.values():
        function()
        function()
    end = time.perf_counter() + seconds
    for round_ in range(max_rounds):
        if round_ >= min_rounds and time.perf_counter() > end:
            break
        first = round_ % max(1, len(names))
        for name in names[first:] + names[:first]:
            for _ in range(turn):
                start = time.perf_counter()
                functions[name]()
                times[name].append(time.perf_counter() - start)
    return {
        name: Timing(statistics.median(values), min(values), len(values))
        for name, values in times.items()
    }
