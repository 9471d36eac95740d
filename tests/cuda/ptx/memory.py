"""Memory that checks every access, and counts what it costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Addresses = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_SECTOR = 32
_BANKS = 32
_WARP = 32


class Fault(Exception):
    """A kernel did what a GPU would stop for, or what it leaves undefined."""


@dataclass
class Cost:
    """Of the accesses of one instruction.

    Global memory is moved in sectors of 32 bytes, shared memory in wavefronts of one word a bank;
    `least` is what the same bytes would take if they lay side by side.
    """

    requests: int = 0
    units: int = 0
    least: int = 0


class Memory:
    """Global memory: a few buffers at their addresses. Or shared memory: one buffer at 0."""

    def __init__(self, space: str, buffers: dict[int, npt.NDArray[np.uint8]]) -> None:
        self.space = space
        self.buffers = buffers
        self.costs: defaultdict[int, Cost] = defaultdict(Cost)

    def load(self, at: Addresses, size: int, mask: Mask) -> npt.NDArray[np.uint8]:
        """`size` bytes for each lane, zeros where `mask` is false."""
        out = np.zeros((len(at), size), np.uint8)
        for buffer, lanes, index in self._find(at, size, mask):
            out[lanes] = buffer[index[:, None] + np.arange(size)]
        return out

    def store(self, at: Addresses, data: npt.NDArray[np.uint8], mask: Mask) -> None:
        """A row of `data` for each lane; the highest lane wins where addresses are equal."""
        size = data.shape[1]
        for buffer, lanes, index in self._find(at, size, mask):
            buffer[index[:, None] + np.arange(size)] = data[lanes]

    def count(self, instruction: int, at: Addresses, size: int, mask: Mask) -> None:
        """Adds the requests of one instruction, warp by warp."""
        cost = self.costs[instruction]
        for first in range(0, len(at), _WARP):
            lanes = at[first : first + _WARP][mask[first : first + _WARP]]
            if not len(lanes):
                continue
            cost.requests += 1
            if self.space == "global":
                cost.units += len(np.unique(lanes // _SECTOR))
                cost.least += -(-len(np.unique(lanes)) * size // _SECTOR)
            else:
                _count_wavefronts(cost, lanes, size)

    def total(self) -> Cost:
        """Over all instructions."""
        costs = self.costs.values()
        return Cost(
            sum(cost.requests for cost in costs),
            sum(cost.units for cost in costs),
            sum(cost.least for cost in costs),
        )

    def _find(
        self, at: Addresses, size: int, mask: Mask
    ) -> list[tuple[npt.NDArray[np.uint8], npt.NDArray[np.intp], Addresses]]:
        """(buffer, lanes, byte in the buffer) of every access of `mask`."""
        lanes = np.flatnonzero(mask)
        wanted = at[lanes]
        if (wanted % size).any():
            raise Fault(f"misaligned access to {size} bytes of {self.space} memory")
        found = []
        left = np.ones(len(lanes), bool)
        for base, buffer in self.buffers.items():
            inside = (wanted >= base) & (wanted + size <= base + len(buffer)) & left
            if inside.any():
                found.append((buffer, lanes[inside], wanted[inside] - base))
                left &= ~inside
        if left.any():
            raise Fault(
                f"access out of bounds: {size} bytes of {self.space} memory at "
                f"{wanted[left][0]:#x}, thread {lanes[left][0]}"
            )
        return found


def _count_wavefronts(cost: Cost, lanes: Addresses, size: int) -> None:
    """Accesses of 8 and 16 bytes go in halves and quarters of a warp."""
    per_pass = {8: 16, 16: 8}.get(size, _WARP)
    for first in range(0, len(lanes), per_pass):
        words = np.unique(
            (lanes[first : first + per_pass, None] + np.arange(0, max(size, 4), 4)) // 4
        )
        cost.units += int(np.bincount(words % _BANKS).max())
        cost.least += -(-len(words) // _BANKS)
