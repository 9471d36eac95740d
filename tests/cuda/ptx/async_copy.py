"""cp.async: copies from global to shared memory that land some time between issue and wait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .memory import Addresses, Mask, Memory


@dataclass(frozen=True)
class _Copy:
    target: Addresses
    source: Addresses
    size: int
    given: Addresses  # bytes that are read; the rest of `size` becomes zero
    mask: Mask
    group: npt.NDArray[np.int64]  # of each lane


class AsyncCopies:
    """Those of one block. They land as late as the program allows, or at once.

    Args:
        memory: Where from.
        shared: Where to.
        threads: Of the block.
        early: Whether they land at once.
    """

    def __init__(self, memory: Memory, shared: Memory, threads: int, *, early: bool) -> None:
        self._memory = memory
        self._shared = shared
        self._early = early
        self._committed = np.zeros(threads, np.int64)
        self._pending: list[_Copy] = []

    def issue(
        self, target: Addresses, source: Addresses, size: int, given: Addresses, mask: Mask
    ) -> None:
        """One instruction: each lane copies `size` bytes."""
        copy = _Copy(target, source, size, given, mask.copy(), self._committed.copy())
        if self._early:
            self._land(copy, mask)
        else:
            self._pending.append(copy)

    def commit(self, mask: Mask) -> None:
        """Ends the open group of each lane of `mask`."""
        self._committed[mask] += 1

    def wait(self, allowed: int, mask: Mask) -> None:
        """Lands all groups but the last `allowed` of each lane of `mask`."""
        left = []
        for copy in self._pending:
            done = copy.mask & mask & (copy.group < self._committed - allowed)
            self._land(copy, done)
            rest = copy.mask & ~done
            if rest.any():
                left.append(
                    _Copy(copy.target, copy.source, copy.size, copy.given, rest, copy.group)
                )
        self._pending = left

    def _land(self, copy: _Copy, mask: Mask) -> None:
        data = np.zeros((len(mask), copy.size), np.uint8)
        for given in np.unique(copy.given[mask]):
            if given > 0:
                lanes = mask & (copy.given == given)
                data[lanes, : int(given)] = self._memory.load(copy.source, int(given), lanes)[lanes]
        self._shared.store(copy.target, data, mask)
