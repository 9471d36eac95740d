"""The one source of randomness: everything random draws from here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from fastcnn.errors import InvalidValueError

MAX_SEED = 2**63 - 1


class _Source:
    """A seed and how often each purpose has drawn from it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._calls: dict[str, int] = {}
        self._lock = threading.Lock()

    def generator(self, purpose: str) -> np.random.Generator:
        with self._lock:
            call = self._calls.get(purpose, 0)
            self._calls[purpose] = call + 1
        words = purpose.encode()
        return np.random.Generator(
            np.random.Philox(np.random.SeedSequence(self._seed, spawn_key=(call, *words)))
        )


def _fresh_seed() -> int:
    return int(np.random.SeedSequence().generate_state(1, np.uint64)[0] >> np.uint64(1))


_source = _Source(_fresh_seed())


def set_random_seed(seed: int) -> None:
    """Fixes everything random from here on: first weights, the order of samples, dropout.

    Args:
        seed: Any integer from 0 to 2^63 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise InvalidValueError(f"set_random_seed: seed must be an integer, it is {seed!r}")
    if not 0 <= seed <= MAX_SEED:
        raise InvalidValueError(f"set_random_seed: seed must be from 0 to {MAX_SEED}, it is {seed}")
    global _source
    _source = _Source(int(seed))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Chance of its own: what is drawn inside leaves what is drawn afterwards as it was.

    Args:
        seed: As `set_random_seed` takes it.
    """
    global _source
    kept = _source
    set_random_seed(seed)
    try:
        yield
    finally:
        _source = kept


def generator(purpose: str) -> np.random.Generator:
    """A new stream of random numbers, independent of every other.

    The stream depends on the seed, the purpose and how many streams that purpose has had since
    the seed was set; what other purposes draw makes no difference.

    Args:
        purpose: What the numbers are for: "weights", "shuffle".
    """
    return _source.generator(purpose)
