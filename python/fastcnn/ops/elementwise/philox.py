"""Philox4x32-10: random words as a function of a counter, in any order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint32]

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10


def philox(counters: Words, key: tuple[int, int]) -> Words:
    """Four random words for each counter.

    Args:
        counters: [n, 4].
        key: Two 32-bit words.

    Returns:
        [n, 4].

    Source:
        Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
    """
    words = [counters[:, i] for i in range(4)]
    for i in range(_ROUNDS):
        keys = [np.uint32((k + i * weyl) & 0xFFFFFFFF) for k, weyl in zip(key, _WEYL, strict=True)]
        high0, low0 = _multiply(_MULTIPLIERS[0], words[0])
        high1, low1 = _multiply(_MULTIPLIERS[1], words[2])
        words = [high1 ^ words[1] ^ keys[0], low1, high0 ^ words[3] ^ keys[1], low0]
    return np.stack(words, axis=1)


def _multiply(factor: np.uint64, words: Words) -> tuple[Words, Words]:
    """High and low words of the products."""
    product = words.astype(np.uint64) * factor
    return (product >> np.uint64(32)).astype(np.uint32), product.astype(np.uint32)
